module valetkey.example/handoff

go 1.22
