"""The real program under fire: killed, flooded and cut off while people join."""
