// An API whose tokens Valetkey checks. docs/how-to/protect-an-api-in-another-language.md says how it is run.
package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"
)

// protection begins

type token struct {
	Active   bool   `json:"active"`
	Type     string `json:"token_type"`
	Subject  string `json:"sub"`
	ClientID string `json:"client_id"`
	Scope    string `json:"scope"`
}

// One client for all requests keeps its connections.
var provider = http.Client{Timeout: 2 * time.Second}

func introspect(text string) (found token, err error) {
	form := url.Values{"token": {text}}
	ask, err := http.NewRequest("POST", os.Getenv("ISSUER")+"/oauth2/introspect", strings.NewReader(form.Encode()))
	if err != nil {
		return found, err
	}
	ask.SetBasicAuth(os.Getenv("CLIENT_ID"), os.Getenv("CLIENT_SECRET"))
	ask.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	reply, err := provider.Do(ask)
	if err != nil {
		return found, err
	}
	defer reply.Body.Close()
	if reply.StatusCode != http.StatusOK {
		return found, fmt.Errorf("introspection: %s", reply.Status)
	}
	return found, json.NewDecoder(reply.Body).Decode(&found)
}

func require(scope string, handler func(http.ResponseWriter, token)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		kind, text, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		if !strings.EqualFold(kind, "bearer") || text == "" {
			refuse(w, 401, "unauthorized", fmt.Sprintf("scope=%q", scope))
			return
		}
		found, err := introspect(text)
		switch {
		case err != nil:
			log.Print(err)
			w.Header().Set("Retry-After", "1")
			answer(w, 503, map[string]any{"error": "temporarily_unavailable"})
		case !found.Active || found.Type != "Bearer":
			refuse(w, 401, "invalid_token", `error="invalid_token"`)
		case !slices.Contains(strings.Fields(found.Scope), scope):
			refuse(w, 403, "insufficient_scope", fmt.Sprintf(`error="insufficient_scope", scope=%q`, scope))
		default:
			handler(w, found)
		}
	}
}

func refuse(w http.ResponseWriter, status int, problem, challenge string) {
	w.Header().Set("WWW-Authenticate", `Bearer realm="tasks", `+challenge)
	answer(w, status, map[string]any{"error": problem})
}

// protection ends

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func main() {
	// Only what this person may see, whatever the app may ask for.
	http.HandleFunc("GET /v1/tasks", require("tasks:read", func(w http.ResponseWriter, t token) {
		answer(w, 200, map[string]any{"tasks": []string{"the tasks of " + t.Subject}})
	}))
	http.HandleFunc("POST /v1/tasks", require("tasks:write", func(w http.ResponseWriter, t token) {
		answer(w, 201, map[string]any{"added_by": t.ClientID})
	}))
	log.Fatal(http.ListenAndServe("127.0.0.1:"+cmp.Or(os.Getenv("PORT"), "3000"), nil))
}
