"""What must outlive the process: rows in a database, papers in an object store."""
