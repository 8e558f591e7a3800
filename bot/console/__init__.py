"""The console: the pages where staff work all day.

A noun is one file here that ends in a `Noun`, and a line in `NOUNS`.  It says for each
page who may open it and how its row is found among theirs; it shows values of
`bot.console.views` and calls operations of `models`.  Its words in other languages are
in templates/locale/<language>/<noun>.po, its own and foreign rows for the test that
walks every page in tests/bot/console/rows.py.
"""
