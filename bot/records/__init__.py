"""What is kept: conversations, messages, staff, handoffs, needs. SQLite by default, PostgreSQL by DATABASE_URL."""
