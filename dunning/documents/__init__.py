"""What customers read of recovery: messages in their language and the link to pay."""
