"""Networks: where a request comes from, as far as limits care."""

from ipaddress import IPv4Address, ip_address, ip_network

from starlette.requests import Request


def network_of(request: Request) -> str:
    """Return where a request came from; one home has a whole /64 of IPv6 addresses."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv4Address):
        return host
    mapped = address.ipv4_mapped
    return str(mapped or ip_network((address.packed[:8] + bytes(8), 64)))
