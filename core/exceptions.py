"""How the rules say no."""

from collections.abc import Mapping

from django.utils.functional import Promise

Message = str | Promise
WHOLE = ""


class Refused(Exception):
    """An act that the rules refuse, with the field that is wrong and why, in the reader's language.

    `errors` is one message for the whole act, or messages by field. Pages show them beside the fields, the API
    answers 422 problem details.
    """

    def __init__(self, errors: Message | Mapping[str, Message | list[Message]]) -> None:
        by_field = errors if isinstance(errors, Mapping) else {WHOLE: errors}
        self._errors = {
            field: messages if isinstance(messages, list) else [messages]
            for field, messages in by_field.items()
        }
        super().__init__(self._errors)

    @property
    def errors(self) -> dict[str, list[str]]:
        """Messages by field; the key is empty for the whole act."""
        return {field: [str(message) for message in messages] for field, messages in self._errors.items()}

    def __str__(self) -> str:
        return " ".join(message for messages in self.errors.values() for message in messages)


class StaleVersion(Refused):
    """The row was changed by someone else since it was read."""
