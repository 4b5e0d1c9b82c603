"""What an SMS provider tells of a message later, and what people answer by SMS."""
