"""Addresses of the catalogue."""

from django.urls import path

from services.views import catalogue

app_name = "services"

urlpatterns = [
    path("services/", catalogue.Catalogue.as_view(), name="list"),
    path("services/<int:pk>/", catalogue.ServicePage.as_view(), name="detail"),
    path("manage/services/", catalogue.ManageServices.as_view(), name="manage"),
    path("manage/services/new/", catalogue.NewService.as_view(), name="create"),
    path("manage/services/<int:pk>/", catalogue.EditService.as_view(), name="edit"),
    path("manage/services/<int:pk>/retire/", catalogue.retire, name="retire"),
    path("manage/categories/", catalogue.ManageCategories.as_view(), name="categories"),
    path("manage/categories/new/", catalogue.NewCategory.as_view(), name="create_category"),
    path("manage/categories/<int:pk>/", catalogue.EditCategory.as_view(), name="category"),
]
