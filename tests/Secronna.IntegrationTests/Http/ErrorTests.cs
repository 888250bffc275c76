using System.Net.Http.Headers;
using System.Text;
using Xunit;

namespace Secronna.IntegrationTests.Http;

/// <summary>Errors have the envelope and the right code, whatever the request looks like (S29).</summary>
public sealed class ErrorTests(SharedServer shared)
{
    [Theory]
    [InlineData("/")]
    [InlineData("/api")]
    [InlineData("/api/v1")]
    [InlineData("/api/v1/nothing")]
    [InlineData("/api/v2/projects")]
    [InlineData("/api/v1/projects/a/b/c")]
    [InlineData("/api/v1//projects")]
    [InlineData("/health")]
    [InlineData("/openapi/v2.json")]
    [InlineData("/openapi/%2e%2e.json")]
    [InlineData("/favicon.ico")]
    [InlineData("/api/v1/%E2%82%AC")]
    [InlineData("/api/v1/environments/x/future")]
    [InlineData("/api/v1/webhooks")]
    public async Task An_unknown_route_is_not_found_with_or_without_a_credential(string path)
    {
        var workspace = await shared.NewWorkspaceAsync();

        foreach (var method in new[] { "GET", "POST", "DELETE", "PROPFIND" })
        {
            (await workspace.Api.SendToAsync(method, path)).IsError(404, "NOT_FOUND");
            (await workspace.Server.Anyone.SendToAsync(method, path)).IsError(404, "NOT_FOUND");
        }
    }

    [Theory]
    [InlineData("PUT", "/projects", "GET,POST")]
    [InlineData("POST", "/projects/proj_x", "DELETE,GET,PATCH")]
    [InlineData("GET", "/reveal", "POST")]
    [InlineData("GET", "/secrets/sec_x/reveal", "POST")]
    [InlineData("POST", "/environments/env_x/secrets", "GET,PUT")]
    [InlineData("PATCH", "/audit", "GET")]
    [InlineData("OPTIONS", "/me", "GET")]
    [InlineData("TRACE", "/me", "GET")]
    public async Task A_wrong_method_on_a_known_path_is_405_and_names_the_allowed_ones(string method, string path, string allowed)
    {
        var workspace = await shared.NewWorkspaceAsync();

        foreach (var client in new[] { workspace.Api, workspace.Server.Anyone })
        {
            var reply = (await client.SendAsync(method, path)).IsError(405, "VALIDATION_ERROR");
            Assert.Equal(allowed, string.Join(',', reply.Header("Allow")!.Split(", ").Order(StringComparer.Ordinal)));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/jsonx")]
    [InlineData("garbage")]
    public async Task A_body_that_is_not_JSON_is_415(string? type)
    {
        var environment = await shared.NewTestEnvironmentAsync();
        foreach (var (method, path) in new[] { ("POST", "/projects"), ("PUT", environment.SecretsPath), ("POST", "/reveal"), ("POST", $"/environments/{environment.Id}/reveal") })
        {
            var content = new ByteArrayContent("{}"u8.ToArray());
            if (type is not null)
            {
                content.Headers.TryAddWithoutValidation("Content-Type", type);
            }

            (await environment.Api.SendToAsync(method, ApiClient.Base + path, content)).IsError(415, "VALIDATION_ERROR");
        }
    }

    [Fact]
    public async Task JSON_with_a_named_UTF_8_charset_is_accepted()
    {
        var workspace = await shared.NewWorkspaceAsync();
        var content = new ByteArrayContent("""{"name":"x"}"""u8.ToArray());
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("Application/JSON; Charset=\"UTF-8\"");

        (await workspace.Api.SendToAsync("POST", ApiClient.Base + "/projects", content)).Is(201);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"name\"")]
    [InlineData("{\"name\":\"x\"")]
    [InlineData("{\"name\":\"x\"} {}")]
    [InlineData("{\"name\":\"x\",}")]
    [InlineData("{\"name\":\"x\"}//c")]
    [InlineData("{name:\"x\"}")]
    [InlineData("{'name':'x'}")]
    [InlineData("\uFEFF{\"name\":\"x\"}")]
    [InlineData("{\"name\":\"\u0001\"}")]
    [InlineData("{\"name\":\"\\x\"}")]
    public async Task Malformed_JSON_is_refused(string body)
    {
        var environment = await shared.NewTestEnvironmentAsync();

        (await environment.Api.PostAsync("/projects", body)).IsError(400, "VALIDATION_ERROR");
        (await environment.Api.PutAsync(environment.SecretsPath, body)).IsError(400, "VALIDATION_ERROR");
        (await environment.Api.PostAsync(environment.SecretsPath + "/batch", body)).IsError(400, "VALIDATION_ERROR");
        (await environment.Api.PostAsync("/reveal", body)).IsError(400, "VALIDATION_ERROR");
    }

    [Theory]
    [InlineData("""{"name":"x","nmae":"canary-1234"}""", "nmae")]
    [InlineData("""{"nmae":"canary-1234"}""", "nmae")]
    [InlineData("""{"Name":"canary-1234"}""", "Name")]
    [InlineData("""{"name":"canary-1234","name":"y"}""", "name")]
    [InlineData("""{"name":"canary-1234","n\u0061me":"y"}""", "name")]
    [InlineData("{}", "name")]
    [InlineData("""{"name":null}""", "name")]
    [InlineData("""{"name":""}""", "name")]
    [InlineData("""{"name":"  "}""", "name")]
    [InlineData("""{"name":1234567}""", "name")]
    [InlineData("""{"name":true}""", "name")]
    [InlineData("""{"name":["canary-1234"]}""", "name")]
    [InlineData("""{"name":{"canary-1234":1}}""", "name")]
    [InlineData("""{"name":"canary-1234\u0000"}""", "name")]
    [InlineData("""{"name":"canary-1234\ud800"}""", "name")]
    [InlineData("""{"name":"\udc00\ud800canary-1234"}""", "name")]
    public async Task An_invalid_name_is_refused_and_the_field_is_named_but_never_repeated(string body, string field)
    {
        var environment = await shared.NewTestEnvironmentAsync();
        foreach (var (method, path) in new[]
        {
            ("POST", "/projects"), ("PATCH", $"/projects/{environment.ProjectId}"), ("POST", $"/projects/{environment.ProjectId}/environments"),
            ("PATCH", $"/environments/{environment.Id}"), ("POST", "/api-keys"), ("POST", "/access-keys"),
        })
        {
            AssertNotRepeated((await environment.Api.SendAsync(method, path, body)).IsInvalid(field));
        }
    }

    [Theory]
    [InlineData("""{"value":"canary-1234"}""", "key")]
    [InlineData("""{"key":"A"}""", "value")]
    [InlineData("""{"key":null,"value":"canary-1234"}""", "key")]
    [InlineData("""{"key":"A","value":null}""", "value")]
    [InlineData("""{"key":"A","value":1234567}""", "value")]
    [InlineData("""{"key":"A","value":["canary-1234"]}""", "value")]
    [InlineData("""{"key":"A","value":{"v":"canary-1234"}}""", "value")]
    [InlineData("""{"key":"A","value":"canary-1234","value":"canary-1234"}""", "value")]
    [InlineData("""{"key":"A","key":"B","value":"canary-1234"}""", "key")]
    [InlineData("""{"key":"","value":"canary-1234"}""", "key")]
    [InlineData("""{"key":"1A","value":"canary-1234"}""", "key")]
    [InlineData("""{"key":"A-B","value":"canary-1234"}""", "key")]
    [InlineData("""{"key":"Ä","value":"canary-1234"}""", "key")]
    [InlineData("""{"key":"A\n","value":"canary-1234"}""", "key")]
    [InlineData("""{"key":"A\u0000","value":"canary-1234"}""", "key")]
    [InlineData("""{"key":"A\ud800","value":"canary-1234"}""", "key")]
    [InlineData("""{"key":"A","value":"canary-1234\u0000"}""", "value")]
    [InlineData("""{"key":"A","value":"canary-1234\ud800"}""", "value")]
    [InlineData("""{"key":"A","value":"canary-1234\udc00\ud800"}""", "value")]
    [InlineData("""{"key":"A","value":"canary-1234\ud800\ud800"}""", "value")]
    [InlineData("""{"key":"A","value":"canary-1234","expectedVersion":-1}""", "expectedVersion")]
    [InlineData("""{"key":"A","value":"canary-1234","expectedVersion":1.5}""", "expectedVersion")]
    [InlineData("""{"key":"A","value":"canary-1234","expectedVersion":"1"}""", "expectedVersion")]
    [InlineData("""{"key":"A","value":"canary-1234","expectedVersion":2147483648}""", "expectedVersion")]
    [InlineData("""{"key":"A","value":"canary-1234","expectedVersion":1e400}""", "expectedVersion")]
    [InlineData("""{"key":"A","value":"canary-1234","comment":7654321}""", "comment")]
    [InlineData("""{"key":"A","value":"canary-1234","comment":"\u0000"}""", "comment")]
    [InlineData("""{"key":"A","value":"canary-1234","kind":"written"}""", "kind")]
    [InlineData("""{"key":"A","value":"canary-1234","canary-1234":"x"}""", "unknown field")]
    [InlineData("""{"k\ud800":"canary-1234"}""", "unknown field")]
    [InlineData("""{"\ud800":"canary-1234"}""", "unknown field")]
    [InlineData("""{"k\u0065y\udc00":"canary-1234"}""", "unknown field")]
    [InlineData("""{"":"canary-1234"}""", "unknown field")]
    public async Task An_invalid_field_of_a_write_is_named_but_never_repeated(string body, string field)
    {
        var environment = await shared.NewTestEnvironmentAsync();

        AssertNotRepeated((await environment.Api.PutAsync(environment.SecretsPath, body)).IsInvalid(field));
        AssertNotRepeated((await environment.Api.PostAsync(environment.SecretsPath + "/batch", $$"""{"secrets":[{"key":"FIRST","value":"v"},{{body}}]}""")).IsInvalid(field));
        Assert.Empty((await environment.Api.GetAsync(environment.SecretsPath)).Is(200).Data.EnumerateArray());
    }

    [Theory]
    [InlineData("{}", "secrets")]
    [InlineData("""{"secrets":null}""", "secrets")]
    [InlineData("""{"secrets":[]}""", "secrets")]
    [InlineData("""{"secrets":{}}""", "secrets")]
    [InlineData("""{"secrets":[null]}""", "secrets[0]")]
    [InlineData("""{"secrets":[[]]}""", "secrets[0]")]
    [InlineData("""{"secrets":["canary-1234"]}""", "secrets[0]")]
    [InlineData("""{"secrets":[{"key":"A","value":"1"}],"secrets":[]}""", "secrets")]
    [InlineData("""{"secrets":[{"key":"A","value":"1"}],"comments":"x"}""", "comments")]
    [InlineData("""{"secrets":[{"key":"A","value":"1"},{"key":"B","value":"1"},{"key":"A","value":"2"}]}""", "secrets[2].key")]
    public async Task An_invalid_batch_is_refused_and_the_position_is_named(string body, string field)
    {
        var environment = await shared.NewTestEnvironmentAsync();

        AssertNotRepeated((await environment.Api.PostAsync(environment.SecretsPath + "/batch", body)).IsInvalid(field));
    }

    [Fact]
    public async Task Malformed_UTF_8_is_refused_in_values_keys_and_names()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        byte[][] wrong = [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82], [0xF4, 0x90, 0x80, 0x80], [0x80]];
        foreach (var bytes in wrong)
        {
            byte[] inValue = [.. "{\"key\":\"A\",\"value\":\""u8, .. bytes, .. "\"}"u8];
            byte[] inKey = [.. "{\"key\":\"A"u8, .. bytes, .. "\",\"value\":\"v\"}"u8];
            byte[] inName = [.. "{\"key\":\"A\",\"value\":\"v\",\""u8, .. bytes, .. "\":1}"u8];
            foreach (var body in new[] { inValue, inKey, inName })
            {
                (await environment.Api.SendToAsync("PUT", ApiClient.Base + environment.SecretsPath, ApiClient.Json(body))).IsError(400, "VALIDATION_ERROR");
            }
        }
    }

    [Theory]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(20_000)]
    public async Task Deeply_nested_JSON_is_refused(int depth)
    {
        var environment = await shared.NewTestEnvironmentAsync();
        foreach (var (open, close) in new[] { ("[", "]"), ("{\"key\":", "}") })
        {
            var nested = string.Concat(Enumerable.Repeat(open, depth)) + "1" + string.Concat(Enumerable.Repeat(close, depth));
            (await environment.Api.PutAsync(environment.SecretsPath, nested)).IsError(400, "VALIDATION_ERROR");
            (await environment.Api.PutAsync(environment.SecretsPath, $$"""{"key":"A","value":{{nested}}}""")).IsError(400, "VALIDATION_ERROR");
            (await environment.Api.PostAsync(environment.SecretsPath + "/batch", $$"""{"secrets":{{nested}}}""")).IsError(400, "VALIDATION_ERROR");
        }
    }

    [Theory]
    [InlineData("GET", "/environments/{env}/history?at=2026-01-01T00:00:00Z", null, "at")]
    [InlineData("POST", "/environments/{env}/reveal?at=2026-01-01T00:00:00Z", null, "at")]
    [InlineData("POST", "/environments/{env}/restore", """{"at":"2026-01-01T00:00:00Z","keys":["A"]}""", "keys")]
    [InlineData("POST", "/access-keys", """{"name":"x","grants":[{"path":"a","actions":["list"],"until":"x"}]}""", "until")]
    [InlineData("PATCH", "/access-keys/key_x", """{"role":"admin"}""", "role")]
    [InlineData("GET", "/projects?page=2", null, "page")]
    [InlineData("GET", "/projects?Limit=2", null, "Limit")]
    [InlineData("GET", "/me?x=y", null, "x")]
    [InlineData("GET", "/auth/config?x=y", null, "x")]
    [InlineData("DELETE", "/secrets/sec_x?force=true", null, "force")]
    [InlineData("POST", "/reveal?version=1", """{"path":"a/b/C"}""", "version")]
    [InlineData("POST", "/secrets/sec_x/reveal", """{"version":1}""", "version")]
    [InlineData("DELETE", "/secrets/sec_x", """{"force":true}""", "force")]
    [InlineData("GET", "/search/secrets?q=a&q=b", null, "q")]
    [InlineData("GET", "/search/secrets?q=a%00", null, "q")]
    public async Task An_unknown_field_or_parameter_is_refused_and_not_ignored(string method, string path, string? body, string named)
    {
        var environment = await shared.NewTestEnvironmentAsync();

        (await environment.Api.SendAsync(method, path.Replace("{env}", environment.Id, StringComparison.Ordinal), body)).IsInvalid(named);
    }

    [Theory]
    [InlineData("GET", "/projects")]
    [InlineData("POST", "/secrets/sec_x/reveal")]
    [InlineData("DELETE", "/secrets/sec_x")]
    public async Task A_route_that_takes_no_body_refuses_any_but_an_empty_object(string method, string path)
    {
        var workspace = await shared.NewWorkspaceAsync();

        (await workspace.Api.SendAsync(method, path, """{"value":"canary-1234"}""")).IsInvalid("value");
        (await workspace.Api.SendAsync(method, path, "[]")).IsError(400, "VALIDATION_ERROR");
        Assert.NotEqual(400, (await workspace.Api.SendAsync(method, path, "{}")).Status);
    }

    [Theory]
    [InlineData("POST", "/projects", """{"name":1}""", "name")]
    [InlineData("POST", "/projects", "{}", "name")]
    [InlineData("POST", "/projects", "[]", null)]
    [InlineData("POST", "/projects", """{"name":"x","canary":1}""", null)]
    [InlineData("GET", "/projects?limit=0", null, "limit")]
    [InlineData("GET", "/audit?from=yesterday", null, "from")]
    [InlineData("POST", "/environments/env_x/secrets/batch", """{"secrets":[{"key":"A","value":"v"},{"key":"A","value":"v"}]}""", "secrets[1].key")]
    [InlineData("POST", "/environments/env_x/reveal", """{"keys":["A","A"]}""", "keys[1]")]
    [InlineData("GET", "/projects/proj_x", null, null)]
    public async Task An_error_about_one_field_or_parameter_names_it_as_param(string method, string path, string? body, string? param)
    {
        var workspace = await shared.NewWorkspaceAsync();

        Assert.Equal(param, (await workspace.Api.SendAsync(method, path, body)).Param);
    }

    [Theory]
    [InlineData("/projects/%2e%2e")]
    [InlineData("/projects/proj_")]
    [InlineData("/projects/proj_00000000000000000000000000")]
    [InlineData("/projects/PROJ_00000000000000000000000000")]
    [InlineData("/projects/%C3%28")]
    [InlineData("/projects/%ED%A0%80")]
    [InlineData("/projects/a%0Ab")]
    [InlineData("/projects/%27%20OR%201=1--")]
    [InlineData("/environments/proj_00000000000000000000000000")]
    [InlineData("/secrets/%F0%9F%98%80")]
    [InlineData("/projects/by-slug/A%2FB")]
    [InlineData("/projects/by-slug/x/environments/y/secrets/%E2%82%AC")]
    public async Task A_malformed_id_in_the_path_is_not_found(string path)
    {
        var workspace = await shared.NewWorkspaceAsync();

        (await workspace.Api.GetAsync(path)).IsError(404, "NOT_FOUND");
    }

    [Theory]
    [InlineData("Basic dXNlcjpwYXNz")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer x")]
    [InlineData("bearer sk_live_")]
    [InlineData("sk_live_0000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.")]
    public async Task A_malformed_credential_is_AUTH_REQUIRED(string authorization)
    {
        var server = await shared.GetAsync();

        (await server.Anyone.SendAsync("GET", "/me", null, ("Authorization", authorization))).IsError(401, "AUTH_REQUIRED");
    }

    [Fact]
    public async Task A_token_with_one_changed_character_is_AUTH_REQUIRED()
    {
        var workspace = await shared.NewWorkspaceAsync();
        var token = workspace.Token;
        for (var i = 0; i < token.Length; i++)
        {
            var changed = token[..i] + (token[i] == '0' ? '1' : '0') + token[(i + 1)..];
            (await workspace.Server.With(changed).GetAsync("/me")).IsError(401, "AUTH_REQUIRED");
        }

        (await workspace.Server.With(token + "0").GetAsync("/me")).IsError(401, "AUTH_REQUIRED");
        (await workspace.Server.With(token[..^1]).GetAsync("/me")).IsError(401, "AUTH_REQUIRED");
        (await workspace.Server.Anyone.SendAsync("GET", "/me", null, ("Authorization", "bEARER  " + token))).Is(200);
    }

    [Fact]
    public async Task A_request_that_the_web_server_cannot_parse_is_never_a_5xx()
    {
        var server = await shared.GetAsync();
        foreach (var request in new[]
        {
            "GET /api/v1/projects/%00 HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /api/v1/\u0001 HTTP/1.1\r\nHost: x\r\n\r\n",
            "GARBAGE\r\n\r\n",
            "POST /api/v1/reveal HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
            "POST /api/v1/reveal HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "GET /" + new string('a', 20_000) + " HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: x\r\nX: " + new string('a', 50_000) + "\r\n\r\n",
        })
        {
            Assert.InRange(await RawHttp.StatusAsync(server.Address, Encoding.Latin1.GetBytes(request)), 400, 499);
        }
    }

    [Fact]
    public async Task A_malformed_chunk_is_refused_in_the_envelope()
    {
        var workspace = await shared.NewWorkspaceAsync();
        var request = $"POST /api/v1/projects HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {workspace.Token}\r\n"
            + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n0\r\n\r\n";

        Assert.Contains("VALIDATION_ERROR", await RawHttp.SendAsync(workspace.Server.Address, Encoding.ASCII.GetBytes(request)), StringComparison.Ordinal);
    }

    private static void AssertNotRepeated(Reply reply)
    {
        Assert.DoesNotContain("canary", reply.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("1234567", reply.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("7654321", reply.Text, StringComparison.Ordinal);
    }
}
