// golang.org/x/oauth2: the flows of its documentation. It talks with the test that started it by one JSON
// document per line, both ways.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// order is what is to be done, for which app, at which provider.
type order struct {
	Flow          string `json:"flow"`
	Auth          string `json:"auth"`
	ClientID      string `json:"client_id"`
	ClientSecret  string `json:"client_secret"`
	RedirectURI   string `json:"redirect_uri"`
	Scope         string `json:"scope"`
	Authorization string `json:"authorization_endpoint"`
	Token         string `json:"token_endpoint"`
	Device        string `json:"device_authorization_endpoint"`
	TokenInfo     string `json:"token_info_endpoint"`
}

type object = map[string]any

var input = bufio.NewReader(os.Stdin)

// hear reads what the test says.
func hear(into any) error {
	line, err := input.ReadBytes('\n')
	if err != nil {
		return err
	}
	return json.Unmarshal(line, into)
}

// say tells the test something.
func say(said object) error {
	return json.NewEncoder(os.Stdout).Encode(said)
}

// ask tells the test something and waits for its answer.
func ask(said object, into any) error {
	if err := say(said); err != nil {
		return err
	}
	return hear(into)
}

// style is the way of authentication; untold, the library finds it out by trying.
func (o order) style() oauth2.AuthStyle {
	switch o.Auth {
	case "basic":
		return oauth2.AuthStyleInHeader
	case "post":
		return oauth2.AuthStyleInParams
	default:
		return oauth2.AuthStyleAutoDetect
	}
}

func (o order) config() *oauth2.Config {
	return &oauth2.Config{
		ClientID:     o.ClientID,
		ClientSecret: o.ClientSecret,
		RedirectURL:  o.RedirectURI,
		Scopes:       strings.Split(o.Scope, " "),
		Endpoint: oauth2.Endpoint{
			AuthURL:       o.Authorization,
			TokenURL:      o.Token,
			DeviceAuthURL: o.Device,
			AuthStyle:     o.style(),
		},
	}
}

// code gets a code, its tokens, refreshes them, and presents the code once more.
func code(ctx context.Context, o order) error {
	config := o.config()
	state, verifier := oauth2.GenerateVerifier(), oauth2.GenerateVerifier()
	var heard struct{ Callback string }
	visit := config.AuthCodeURL(state, oauth2.S256ChallengeOption(verifier))
	if err := ask(object{"visit": visit}, &heard); err != nil {
		return err
	}
	callback, err := url.Parse(heard.Callback)
	if err != nil {
		return err
	}
	if callback.Query().Get("state") != state {
		return errors.New("the state is not ours")
	}
	exchange := func() (*oauth2.Token, error) {
		return config.Exchange(ctx, callback.Query().Get("code"), oauth2.VerifierOption(verifier))
	}
	first, err := exchange()
	if err != nil {
		return err
	}
	info, err := tokenInfo(config.Client(ctx, first), o.TokenInfo)
	if err != nil {
		return err
	}
	expired := *first
	expired.Expiry = time.Now().Add(-time.Minute)
	refreshed, err := config.TokenSource(ctx, &expired).Token()
	if err != nil {
		return err
	}
	var heardNothing any
	if err := ask(object{"tokens": []*oauth2.Token{first, refreshed}, "info": info}, &heardNothing); err != nil {
		return err
	}
	_, err = exchange()
	return err
}

// tokenInfo asks with a client that adds the token by itself.
func tokenInfo(client *http.Client, endpoint string) (object, error) {
	response, err := client.Get(endpoint)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %d: %s: %w", response.StatusCode, body, err)
	}
	var info object
	return info, json.Unmarshal(body, &info)
}

// clientCredentials gets a token of the app's own.
func clientCredentials(ctx context.Context, o order) error {
	config := clientcredentials.Config{
		ClientID:     o.ClientID,
		ClientSecret: o.ClientSecret,
		TokenURL:     o.Token,
		Scopes:       strings.Split(o.Scope, " "),
		AuthStyle:    o.style(),
	}
	token, err := config.Token(ctx)
	if err != nil {
		return err
	}
	var heardNothing any
	return ask(object{"tokens": []*oauth2.Token{token}}, &heardNothing)
}

// device gets tokens for a device; the library polls.
func device(ctx context.Context, o order) error {
	config := o.config()
	answer, err := config.DeviceAuth(ctx)
	if err != nil {
		return err
	}
	if err := say(object{"approve": answer}); err != nil {
		return err
	}
	token, err := config.DeviceAccessToken(ctx, answer)
	if err != nil {
		return err
	}
	var heardNothing any
	return ask(object{"tokens": []*oauth2.Token{token}}, &heardNothing)
}

func run() error {
	var o order
	if err := hear(&o); err != nil {
		return err
	}
	flows := map[string]func(context.Context, order) error{
		"code":               code,
		"client_credentials": clientCredentials,
		"device":             device,
	}
	err := flows[o.Flow](context.Background(), o)
	if refusal := (*oauth2.RetrieveError)(nil); errors.As(err, &refusal) {
		return say(object{"refused": object{"type": fmt.Sprintf("%T", refusal), "code": refusal.ErrorCode}})
	}
	if err != nil {
		return err
	}
	return say(object{"done": true})
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
