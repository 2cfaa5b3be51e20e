module valetkey.example/api

go 1.22
