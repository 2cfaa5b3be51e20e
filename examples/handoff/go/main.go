// A company's own site, whose login Valetkey hands people to. docs/how-to/keep-your-login.md says how it is run.
package main

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"
)

// hand-off begins

// oauthLogin says where the browser goes on.
func oauthLogin(r *http.Request) (string, error) {
	challenge, who := r.FormValue("login_challenge"), signedIn(r)
	if challenge == "" {
		return "", told{http.StatusBadRequest, "An app leads to this page. Go to the app and start there."}
	}
	if r.FormValue("cancel") != "" {
		done, err := call("refuse", map[string]any{"challenge": challenge})
		return done.RedirectTo, err
	}
	first := "/login?next=" + url.QueryEscape(r.URL.RequestURI())
	if who == nil {
		return first, nil
	}
	asked, err := call("challenge", map[string]any{"challenge": challenge})
	if err != nil || asked.SignedInSince > who.authTime {
		return first, err
	}
	person := map[string]any{"id": who.ID, "email": who.Email, "email_verified": true, "name": who.Name}
	answer := map[string]any{"challenge": challenge, "user": person, "auth_time": who.authTime, "amr": []string{"pwd"}}
	done, err := call("accept", answer)
	return done.RedirectTo, err
}

// hand-off ends

// told is what people are told that something is wrong.
type told struct {
	status   int
	sentence string
}

func (t told) Error() string { return t.sentence }

var (
	over = told{http.StatusBadRequest, "This sign-in is over. Go back to the app and start again."}
	ours = told{http.StatusBadGateway, "Signing in does not work at the moment. That is our fault and not yours: please try again later."}
)

// leads sends browsers where a page says, or tells people why not.
func leads(page func(*http.Request) (string, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		to, err := page(r)
		var why told
		if errors.As(err, &why) {
			http.Error(w, why.sentence, why.status)
			return
		}
		http.Redirect(w, r, to, http.StatusFound)
	}
}

type reply struct {
	SignedInSince int64  `json:"signed_in_since"`
	RedirectTo    string `json:"redirect_to"`
}

var client = http.Client{Timeout: 10 * time.Second}

// call asks or tells Valetkey something. What is over the person begins anew; all else is ours to mend, and none of their
// fault.
func call(what string, body any) (answer reply, err error) {
	text, _ := json.Marshal(body)
	request, err := http.NewRequest("POST", os.Getenv("ISSUER")+"/login/"+what, bytes.NewReader(text))
	if err != nil {
		log.Printf("%s: %v", what, err)
		return answer, ours
	}
	request.Header.Set("Authorization", "Bearer "+os.Getenv("HANDOFF_SECRET"))
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		log.Printf("%s: %v", what, err)
		return answer, ours
	}
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode == http.StatusOK && json.Unmarshal(read, &answer) == nil {
		return answer, nil
	}
	log.Printf("%s: %s %s", what, response.Status, read)
	switch response.StatusCode {
	case http.StatusBadRequest, http.StatusNotFound, http.StatusConflict, http.StatusGone:
		return answer, over
	}
	return answer, ours
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

var page = template.Must(template.New("login").Parse(`<!doctype html><html lang="en"><title>Acme</title><main><h1>Sign in to Acme</h1><p role="alert">{{.Problem}}</p>
<form method="post"><p><label for="email">E-mail</label> <input id="email" name="email" type="email" autocomplete="username"></p>
<p><label for="password">Password</label> <input id="password" name="password" type="password" autocomplete="current-password"></p>
<button id="sign-in">Sign in</button></form>
{{if ne .Onward "/"}}<p><a id="cancel" href="{{.Onward}}&amp;cancel=1">Cancel</a></p>{{end}}</main></html>`))

type form struct{ Problem, Onward string }

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
	onward := r.URL.Query().Get("next")
	if !strings.HasPrefix(onward, "/oauth/login?") {
		onward = "/"
	}
	if r.Method != http.MethodPost {
		page.Execute(w, form{"", onward})
		return
	}
	found, known := users[r.PostFormValue("email")]
	right := subtle.ConstantTimeCompare([]byte(found.password), []byte(r.PostFormValue("password"))) == 1
	if !known || !right {
		w.WriteHeader(http.StatusUnauthorized)
		page.Execute(w, form{"E-mail or password is wrong.", onward})
		return
	}
	random := make([]byte, 16)
	rand.Read(random)
	id := hex.EncodeToString(random)
	sessions.Store(id, &session{found, time.Now().Unix()})
	// A name of its own: cookies of one host know no ports.
	http.SetCookie(w, &http.Cookie{Name: "site", Value: id, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	http.Redirect(w, r, onward, http.StatusFound)
}

func main() {
	if os.Getenv("ISSUER") == "" || os.Getenv("HANDOFF_SECRET") == "" {
		log.Fatal("set ISSUER and HANDOFF_SECRET, as docs/how-to/keep-your-login.md says")
	}
	http.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "Acme") })
	http.HandleFunc("GET /oauth/login", leads(oauthLogin))
	http.HandleFunc("/login", login)
	log.Fatal(http.ListenAndServe("127.0.0.1:"+cmp.Or(os.Getenv("PORT"), "3000"), nil))
}
