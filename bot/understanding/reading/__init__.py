"""What is said in a message besides its subject: how many things, which of them are not meant, what is asked about each."""
