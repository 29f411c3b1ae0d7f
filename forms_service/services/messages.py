"""What the use cases say; the sentences stand in ``forms_service.messages``, below everything that says them."""

from forms_service.messages import MESSAGES, say

__all__ = ["MESSAGES", "say"]
