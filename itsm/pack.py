"""The starting set-up of an installation: the pack of every part, in the order they stand on each other."""

from django.db import connection, transaction

from accounts.actions.installation import install_roles
from assistance import pack as assistance_pack
from calendars.actions import install_calendars
from changes import pack as changes_pack
from services.actions import install_categories, install_item_types
from tickets import pack as tickets_pack

# Two starts at once install once.
_LOCK = 0x56494749


@transaction.atomic
def install() -> None:
    """Install what is missing; what an administrator edited stays."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    install_roles()
    install_calendars()
    install_categories()
    install_item_types()
    tickets_pack.install()
    changes_pack.install()
    assistance_pack.install()
