"""Addresses of the catalogue."""

from django.urls import path

from services import views

app_name = "services"

urlpatterns = [
    path("services/", views.Catalogue.as_view(), name="list"),
    path("services/<int:pk>/", views.ServicePage.as_view(), name="detail"),
    path("manage/services/", views.ManageServices.as_view(), name="manage"),
    path("manage/services/new/", views.NewService.as_view(), name="create"),
    path("manage/services/<int:pk>/", views.EditService.as_view(), name="edit"),
    path("manage/services/<int:pk>/retire/", views.retire, name="retire"),
    path("manage/categories/", views.ManageCategories.as_view(), name="categories"),
    path("manage/categories/new/", views.NewCategory.as_view(), name="create_category"),
    path("manage/categories/<int:pk>/", views.EditCategory.as_view(), name="category"),
]
