from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    first_name = None
    last_name = None
    email = models.EmailField()
    full_name = models.CharField(max_length=200)

    REQUIRED_FIELDS = ["email", "full_name"]
