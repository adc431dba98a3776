"""The catalogue over HTTP."""

from services.api.catalogue import CategoryResource, ServiceResource

__all__ = ["CategoryResource", "ServiceResource"]
