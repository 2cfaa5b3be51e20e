package main

import (
	"fmt"
	"io"
	"net/http"
{%- if call.is_post() %}
	"net/url"
{%- endif %}
	"os"
{%- if call.is_post() %}
	"strings"
{%- endif %}
	"time"
)

func main() {
{%- if call.is_post() %}
	form := url.Values{}
{%- for (name, value) in call.fields.iter() %}
{%- if let Some(text) = value.text() %}
	form.Set("{{ name }}", {{ self::quoted(text) }})
{%- endif %}
{%- if let Some(variable) = value.variable() %}
	form.Set("{{ name }}", os.Getenv("{{ variable }}"))
{%- endif %}
{%- endfor %}
	request, err := http.NewRequest("POST", {{ self::quoted(call.url) }}, strings.NewReader(form.Encode()))
{%- else %}
	request, err := http.NewRequest("GET", {{ self::quoted(call.url) }}, nil)
{%- endif %}
	check(err)
{%- if call.is_post() %}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
{%- endif %}
{%- if call.is_basic() %}
	request.SetBasicAuth({{ call.literal_or("os.Getenv(\"CLIENT_ID\")") }}, os.Getenv("CLIENT_SECRET"))
{%- endif %}
{%- if call.is_bearer() %}
	request.Header.Set("Authorization", "Bearer "+os.Getenv("ACCESS_TOKEN"))
{%- endif %}
	client := http.Client{Timeout: 10 * time.Second}
	answer, err := client.Do(request)
	check(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	check(err)
	if answer.StatusCode != http.StatusOK {
		check(fmt.Errorf("%s", text)) // "error" and "error_description"
	}
	fmt.Println({% if call.answers %}string(text){% else %}"done"{% endif %})
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
