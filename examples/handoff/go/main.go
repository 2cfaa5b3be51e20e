// A company's own site, whose login Valetkey hands people to. docs/how-to/keep-your-login.md says how it is run.
package main

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"log"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"
)

// hand-off begins

func oauthLogin(w http.ResponseWriter, r *http.Request) {
	challenge, who := r.URL.Query().Get("login_challenge"), signedIn(r)
	var asked struct {
		SignedInSince int64 `json:"signed_in_since"`
	}
	var done struct {
		RedirectTo string `json:"redirect_to"`
	}
	if who != nil && !call(w, "challenge", map[string]any{"challenge": challenge}, &asked) {
		return
	}
	if who == nil || asked.SignedInSince > who.authTime {
		http.Redirect(w, r, "/login?next="+url.QueryEscape(r.URL.RequestURI()), http.StatusFound)
		return
	}
	person := map[string]any{"id": who.ID, "email": who.Email, "email_verified": true, "name": who.Name}
	answer := map[string]any{"challenge": challenge, "user": person, "auth_time": who.authTime, "amr": []string{"pwd"}}
	if call(w, "accept", answer, &done) {
		http.Redirect(w, r, done.RedirectTo, http.StatusFound)
	}
}

// hand-off ends

// call asks or tells Valetkey something; it refuses what is too late, so that the person starts again.
func call(w http.ResponseWriter, what string, body, into any) bool {
	text, _ := json.Marshal(body)
	request, err := http.NewRequest("POST", os.Getenv("ISSUER")+"/login/"+what, bytes.NewReader(text))
	if err == nil {
		request.Header.Set("Authorization", "Bearer "+os.Getenv("HANDOFF_SECRET"))
		request.Header.Set("Content-Type", "application/json")
		client := http.Client{Timeout: 10 * time.Second}
		var reply *http.Response
		if reply, err = client.Do(request); err == nil {
			defer reply.Body.Close()
			if reply.StatusCode == http.StatusOK {
				err = json.NewDecoder(reply.Body).Decode(into)
			} else {
				err = fmt.Errorf("%s", reply.Status)
			}
		}
	}
	if err != nil {
		log.Printf("%s: %v", what, err)
		http.Error(w, "Go back to the app and start again.", http.StatusBadRequest)
	}
	return err == nil
}

// What you have already: people, and a page where they sign in.

type user struct{ ID, Email, Name, password string }

type session struct {
	user
	authTime int64
}

var users = map[string]user{
	"ada@example.com": {"u-1815", "ada@example.com", "Ada Lovelace", "four quiet winter walks"},
}

var sessions sync.Map

var page = template.Must(template.New("login").Parse(`<!doctype html><html lang="en"><title>Acme</title><main><h1>Sign in to Acme</h1><p role="alert">{{.}}</p>
<form method="post"><p><label for="email">E-mail</label> <input id="email" name="email" type="email" autocomplete="username"></p>
<p><label for="password">Password</label> <input id="password" name="password" type="password" autocomplete="current-password"></p>
<button id="sign-in">Sign in</button></form></main></html>`))

func signedIn(r *http.Request) *session {
	cookie, err := r.Cookie("site")
	if err != nil {
		return nil
	}
	found, _ := sessions.Load(cookie.Value)
	known, _ := found.(*session)
	return known
}

func login(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		page.Execute(w, "")
		return
	}
	found, known := users[r.PostFormValue("email")]
	right := subtle.ConstantTimeCompare([]byte(found.password), []byte(r.PostFormValue("password"))) == 1
	if !known || !right {
		w.WriteHeader(http.StatusUnauthorized)
		page.Execute(w, "E-mail or password is wrong.")
		return
	}
	random := make([]byte, 16)
	rand.Read(random)
	id := hex.EncodeToString(random)
	sessions.Store(id, &session{found, time.Now().Unix()})
	// A name of its own: cookies of one host know no ports.
	http.SetCookie(w, &http.Cookie{Name: "site", Value: id, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	onward := r.URL.Query().Get("next")
	if !strings.HasPrefix(onward, "/oauth/login?") {
		onward = "/"
	}
	http.Redirect(w, r, onward, http.StatusFound)
}

func main() {
	if os.Getenv("ISSUER") == "" || os.Getenv("HANDOFF_SECRET") == "" {
		log.Fatal("set ISSUER and HANDOFF_SECRET, as docs/how-to/keep-your-login.md says")
	}
	http.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "Acme") })
	http.HandleFunc("GET /oauth/login", oauthLogin)
	http.HandleFunc("/login", login)
	log.Fatal(http.ListenAndServe("127.0.0.1:"+cmp.Or(os.Getenv("PORT"), "3000"), nil))
}
