"""The tabs of one's own pages under `/account/`; higher apps add theirs in `AppConfig.ready`."""

from core.registry import PortalEntry, Registry

own_pages: Registry[PortalEntry] = Registry()
