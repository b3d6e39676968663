"""The agreement audit's files: tables of codings that come in, the report that goes out."""
