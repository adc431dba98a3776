"""The catalogue over HTTP."""

from services.api.catalogue import CategoryResource, ServiceResource
from services.api.items import ItemResource, RelationResource
from services.api.setup import AttributeResource, ItemTypeResource, PlaceResource, SupplierResource

__all__ = [
    "AttributeResource",
    "CategoryResource",
    "ItemResource",
    "ItemTypeResource",
    "PlaceResource",
    "RelationResource",
    "ServiceResource",
    "SupplierResource",
]
