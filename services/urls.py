"""Addresses of the catalogue."""

from django.urls import path

from services.views import catalogue, graphs, imports, items, setup

app_name = "services"

urlpatterns = [
    path("services/", catalogue.Catalogue.as_view(), name="list"),
    path("services/graph/", graphs.chosen, name="graph"),
    path("services/<int:pk>/", catalogue.ServicePage.as_view(), name="detail"),
    path("services/<int:pk>/graph/", graphs.of_service, name="service_graph"),
    path("services/<int:pk>/relations/new/", items.RelatePage.as_view(), name="relate_service"),
    path("relations/<int:pk>/remove/", items.remove_relation, name="remove_relation"),
    path("items/", items.ItemList.as_view(), name="items"),
    path("items/new/", items.ChooseType.as_view(), name="new_item"),
    path("items/new/<slug:slug>/", items.NewItem.as_view(), name="create_item"),
    path("items/search/", items.search, name="item_search"),
    path("items/export/", items.export, name="item_export"),
    path("items/labels/", items.label_sheet, name="labels"),
    path("items/import/", imports.Upload.as_view(), name="import_items"),
    path("items/imports/", imports.Imports.as_view(), name="item_imports"),
    path("items/imports/<int:pk>/", imports.ImportPage.as_view(), name="item_import"),
    path("items/imports/<int:pk>/start/", imports.start, name="start_import"),
    path("items/<str:code>/", items.ItemPage.as_view(), name="item"),
    path("items/<str:code>/edit/", items.EditItem.as_view(), name="edit_item"),
    path("items/<str:code>/retire/", items.retire, name="retire_item"),
    path("items/<str:code>/graph/", graphs.of_item, name="item_graph"),
    path("items/<str:code>/relations/new/", items.RelatePage.as_view(), name="relate_item"),
    path("manage/services/", catalogue.ManageServices.as_view(), name="manage"),
    path("manage/services/new/", catalogue.NewService.as_view(), name="create"),
    path("manage/services/<int:pk>/", catalogue.EditService.as_view(), name="edit"),
    path("manage/services/<int:pk>/retire/", catalogue.retire, name="retire"),
    path("manage/categories/", catalogue.ManageCategories.as_view(), name="categories"),
    path("manage/categories/new/", catalogue.NewCategory.as_view(), name="create_category"),
    path("manage/categories/<int:pk>/", catalogue.EditCategory.as_view(), name="category"),
    path("manage/item-types/", setup.ItemTypes.as_view(), name="item_types"),
    path("manage/item-types/new/", setup.ItemTypePage.as_view(), name="new_item_type"),
    path("manage/item-types/<slug:slug>/", setup.ItemTypePage.as_view(), name="item_type"),
    path("manage/item-types/<slug:slug>/attributes/", setup.AttributePage.as_view(), name="new_attribute"),
    path("manage/attributes/<int:pk>/", setup.AttributePage.as_view(), name="attribute"),
    path("manage/attributes/<int:pk>/remove/", setup.remove_attribute, name="remove_attribute"),
    path("manage/places/", setup.Places.as_view(), name="places"),
    path("manage/places/new/", setup.PlacePage.as_view(), name="new_place"),
    path("manage/places/<int:pk>/", setup.PlacePage.as_view(), name="place"),
    path("manage/suppliers/", setup.Suppliers.as_view(), name="suppliers"),
    path("manage/suppliers/new/", setup.SupplierPage.as_view(), name="new_supplier"),
    path("manage/suppliers/<int:pk>/", setup.SupplierPage.as_view(), name="supplier"),
]
