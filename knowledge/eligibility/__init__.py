"""What a household can be entitled to: rules in three-valued logic, amounts with their reckoning, and the next question."""
