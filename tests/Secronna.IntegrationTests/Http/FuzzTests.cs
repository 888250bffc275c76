using System.Text;
using CsCheck;
using Xunit;

namespace Secronna.IntegrationTests.Http;

/// <summary>
/// Every request is answered in the envelope and never with a 5xx (S29). A failure prints the seed and the smallest
/// input; more rounds with SECRONNA_FUZZ_ROUNDS.
/// </summary>
public sealed class FuzzTests(SharedServer shared)
{
    private static readonly int Inputs = Rounds.Of("SECRONNA_FUZZ_ROUNDS", ordinary: 60, thorough: 300);

    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ":", ",", "\"", "\\", "null", "true", "0", "-1", "1e999", "\"key\"", "\"value\"", "\"secrets\"", "\"name\"",
        "\"path\"", "\"keys\"", "\"version\"", "\"expectedVersion\"", "\"comment\"", "\\ud800", "\\udc00", "\\u0000", "\\u006be\\u0079", " ", "\n",
        "\uFEFF", "\u0000", "é", "😀", "//", "/*", "99999999999999999999", "\"a/b/C\"", "\"expiresInDays\"",
    ];

    private static readonly Gen<byte[]> Edit = Gen.OneOf(
        Gen.Byte.Array[1, 3], Gen.OneOf(Pieces).Select(Encoding.UTF8.GetBytes), Gen.Const(Array.Empty<byte>()));

    private static readonly Gen<string> PathText = Gen.OneOf(
        Gen.Byte.Where(b => b != 0).Array[0, 40].Select(bytes => string.Concat(bytes.Select(b => $"%{b:X2}"))),
        Gen.Char["abcXYZ019-_.~!$&'()*+,;=:@"].Array[0, 40].Select(characters => new string(characters)),
        Gen.OneOf("..", ".", "%2e%2e", "%2F", "%5C", "proj_00000000000000000000000000", "by-slug", "secrets", "reveal", "%F0%9F", "%%", "%"));

    private static readonly Gen<string> QueryText = Gen.OneOf(
        Gen.Byte.Array[0, 30].Select(bytes => string.Concat(bytes.Select(b => $"%{b:X2}"))),
        Gen.Char["abcXYZ019-_.~=&+;:@/?"].Array[0, 30].Select(characters => new string(characters)),
        Gen.OneOf("1", "0", "500", "true", "2026-01-01T00:00:00Z", "9999-12-31T23:59:60Z", "0001-01-01T00:00:00-14:00", "success", "secret.reveal"));

    [Fact]
    public async Task Random_bodies_are_never_a_5xx()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = (await environment.Workspace.NewAccessKeyAsync()).Text("id");
        (string Method, string Path, string Body)[] seeds =
        [
            ("POST", "/projects", """{"name":"x"}"""),
            ("PUT", environment.SecretsPath, """{"key":"KEY","value":"v\ud83d\ude00","expectedVersion":1,"comment":"c"}"""),
            ("POST", environment.SecretsPath + "/batch", """{"secrets":[{"key":"A","value":"1","comment":null},{"key":"B","value":"2"}],"comment":"c"}"""),
            ("POST", "/reveal", """{"path":"web/production/KEY","version":1}"""),
            ("POST", $"/environments/{environment.Id}/reveal", """{"keys":["A","B"]}"""),
            ("POST", "/access-keys", """{"name":"x","expiresInDays":1}"""),
            ("PATCH", $"/access-keys/{id}", """{"name":"x","expiresInDays":3650}"""),
            ("POST", "/secrets/sec_x/reveal", "{}"),
        ];
        var inputs = Gen.Select(Gen.Int[0, seeds.Length - 1], Gen.Select(Gen.Double[0, 1], Gen.Int[0, 6], Edit).Array[0, 6], Gen.Bool);

        await inputs.SampleAsync(
            async (seed, edits, chunked) =>
            {
                var body = Mutated(Encoding.UTF8.GetBytes(seeds[seed].Body), edits);
                var content = chunked ? ApiClient.Chunked(body) : ApiClient.Json(body);
                AssertNoServerError(await environment.Api.SendToAsync(seeds[seed].Method, ApiClient.Base + seeds[seed].Path, content));
            },
            iter: Inputs * 4, threads: 4);
    }

    [Fact]
    public async Task Random_paths_are_never_a_5xx()
    {
        var workspace = await shared.NewWorkspaceAsync();
        var routes = RouteCalls.All.Keys.Select(name => name.Split(' ')).ToArray();

        await Gen.Select(Gen.Int[0, routes.Length - 1], PathText, PathText, Gen.Bool).SampleAsync(
            async (route, first, second, isFree) =>
            {
                var path = isFree
                    ? $"/{first}/{second}"
                    : routes[route][1].Replace("{projectSlug}", first, StringComparison.Ordinal)
                        .Replace("{envSlug}", second, StringComparison.Ordinal).Replace("{key}", second, StringComparison.Ordinal)
                        .Replace("{projectId}", first, StringComparison.Ordinal).Replace("{envId}", first, StringComparison.Ordinal)
                        .Replace("{secretId}", first, StringComparison.Ordinal).Replace("{id}", first, StringComparison.Ordinal);
                AssertNoServerError(await workspace.Api.SendAsync(routes[route][0], path));
            },
            iter: Inputs * 2, threads: 4);
    }

    [Fact]
    public async Task Random_changes_of_a_cursor_are_refused_or_change_nothing()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAllAsync([("A", "1"), ("B", "2"), ("C", "3")]);
        var cursor = (await environment.Api.GetAsync(environment.SecretsPath + "?limit=1")).Is(200).Meta.Text("cursor");
        var whole = (await environment.Api.GetAsync($"{environment.SecretsPath}?cursor={cursor}")).Is(200).Data.GetRawText();

        await Gen.Select(Gen.Double[0, 1], Gen.Int[0, 6], Edit).Array[1, 4].SampleAsync(
            async edits =>
            {
                var mutated = string.Concat(Mutated(Encoding.ASCII.GetBytes(cursor), edits).Select(b => $"%{b:X2}"));
                foreach (var list in new[] { environment.SecretsPath, "/audit" })
                {
                    var reply = await environment.Api.GetAsync($"{list}?cursor={mutated}");
                    AssertNoServerError(reply);
                    Assert.True(reply.Status == 400 || (list == environment.SecretsPath && reply.Data.GetRawText() == whole), reply.Text);
                }
            },
            iter: Inputs, threads: 4);
    }

    [Fact]
    public async Task Random_query_strings_are_never_a_5xx()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        var id = await environment.WriteAsync("KEY");
        string[] paths = ["/projects", "/audit", "/search/secrets", environment.SecretsPath, $"/secrets/{id}/versions", "/me"];
        string[] names = ["limit", "cursor", "q", "from", "to", "action", "outcome", "actorId", "secretId", "version", "", "%00", "Limit"];

        await Gen.Select(Gen.OneOf(paths), Gen.Select(Gen.OneOf(names), QueryText).Array[0, 4]).SampleAsync(
            async (path, query) => AssertNoServerError(
                await environment.Api.GetAsync($"{path}?{string.Join('&', query.Select(part => $"{part.Item1}={part.Item2}"))}")),
            iter: Inputs * 2, threads: 4);
        await QueryText.SampleAsync(
            async text => AssertNoServerError(await environment.Api.PostAsync($"/secrets/{id}/reveal?version={text}")), iter: Inputs / 2, threads: 4);
    }

    [Fact]
    public async Task Random_changes_of_a_token_never_authenticate()
    {
        var workspace = await shared.NewWorkspaceAsync();
        var header = Encoding.ASCII.GetBytes("Bearer " + workspace.Token);

        await Gen.Select(Gen.Double[0, 1], Gen.Int[0, 6], Edit).Array[1, 4].SampleAsync(
            async edits =>
            {
                // Line ends are removed, because they would end the header.
                byte[] mutated = [.. Mutated(header, edits).Where(b => b is not ((byte)'\r' or (byte)'\n'))];
                byte[] request = [.. "GET /api/v1/projects HTTP/1.1\r\nHost: x\r\nAuthorization: "u8, .. mutated, .. "\r\n\r\n"u8];
                var answer = await RawHttp.SendAsync(workspace.Server.Address, request);
                var status = int.Parse(answer.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture);
                Assert.True(status is 400 or 401 or 200, answer);
                Assert.True(status != 200 || Encoding.ASCII.GetString(mutated).Contains(workspace.Token, StringComparison.Ordinal), answer);
            },
            iter: Inputs, threads: 4);
    }

    private static void AssertNoServerError(Reply reply) => Assert.True(reply.Status < 500, reply.Text);

    private static byte[] Mutated(byte[] bytes, (double Where, int Cut, byte[] Put)[] edits)
    {
        foreach (var (where, cut, put) in edits)
        {
            var at = (int)(where * bytes.Length);
            bytes = [.. bytes[..at], .. put, .. bytes[Math.Min(bytes.Length, at + cut)..]];
        }

        return bytes;
    }
}
