"""One exercise a file. `formcheck.exercises.catalog` finds them; nothing registers itself."""
