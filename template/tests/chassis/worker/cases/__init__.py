"""The cases of the policies: one test or more for each row of the table in the documentation."""
