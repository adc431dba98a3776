"""Ending sessions."""

from allauth.usersessions.models import UserSession

from accounts.actions.saving import allow
from accounts.models import User
from audit.actions import record


def end_session(session: UserSession, *, by: User | None) -> None:
    """End one session: one's own, or that of a person one manages."""
    if by is None or session.user_id != by.pk:
        allow(by, "accounts.manage_people", session.user)
    record("session.ended", by=by, target=session.user, subject=session.user_id, data={"sessions": 1})
    session.end()


def end_sessions(person: User, *, by: User | None, keep: str | None = None) -> int:
    """End all sessions of a person but the one whose key is `keep`. Returns how many were ended."""
    if by is None or person.pk != by.pk:
        allow(by, "accounts.manage_people", person)
    return cut_sessions(person, keep=keep)


def cut_sessions(person: User, *, keep: str | None = None) -> int:
    """End sessions as part of another act, which has asked for the right to."""
    sessions = list(UserSession.objects.filter(user=person).exclude(session_key=keep or ""))
    for session in sessions:
        session.end()
    if sessions:
        record("session.ended", target=person, subject=person, data={"sessions": len(sessions)})
    return len(sessions)
