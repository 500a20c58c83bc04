"""One exercise a file. `formcheck.catalog` finds them; nothing registers itself."""
