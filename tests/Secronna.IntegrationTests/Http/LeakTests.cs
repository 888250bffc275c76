using System.Text;
using Xunit;

namespace Secronna.IntegrationTests.Http;

/// <summary>Values appear in no encoding in any answer but a reveal's, in any log line or in any file (S16).</summary>
[FlawClass("audit leak")]
public sealed class LeakTests
{
    private const string Canary = "cAnArY-7fa3c9e1-Zq8wXv5T";

    [Fact]
    public async Task Values_appear_only_in_the_answers_of_reveals()
    {
        await using var server = await TestServer.StartAsync();
        var environment = await server.NewTestEnvironmentAsync();
        var replies = new List<Reply>();
        var id = await environment.WriteAsync("KEY", Canary);
        for (var i = 0; i < 20; i++)
        {
            replies.Add((await environment.PutAsync("KEY", $"{i} {Canary} {i}")).Is(201));
        }

        Assert.Contains(Canary, await environment.ValueAsync(id), StringComparison.Ordinal);
        (await environment.RevealAllAsync()).Is(200);
        replies.AddRange(await ReadAsync(environment, id));
        replies.AddRange(await FailAsync(environment));
        server.Sql("UPDATE secret_versions SET ciphertext = @zeros WHERE version = 1", ("@zeros", new byte[100]));
        replies.Add((await environment.RevealAsync(id, 1)).Is(500));
        server.Break("INSERT", "secret_versions");
        replies.Add(await environment.PutAsync("KEY", Canary));
        server.Mend("secret_versions");

        Assert.True(replies[^1].Status >= 500);
        var files = server.Files().ToList();
        foreach (var encoded in Encodings())
        {
            Assert.All(replies, reply => Assert.Equal(-1, reply.Body.AsSpan().IndexOf(encoded)));
            Assert.All(server.Log.Lines, line => Assert.Equal(-1, Encoding.UTF8.GetBytes(line).AsSpan().IndexOf(encoded)));
            Assert.All(files, file => Assert.Equal(-1, file.AsSpan().IndexOf(encoded)));
        }

        Assert.Contains(server.Log.Lines, line => line.StartsWith("Critical", StringComparison.Ordinal));
    }

    private static async Task<List<Reply>> ReadAsync(TestEnvironment environment, string id) =>
    [
        await environment.Api.GetAsync(environment.SecretsPath),
        await environment.Api.GetAsync($"/secrets/{id}"),
        await environment.Api.GetAsync($"/secrets/{id}/versions"),
        await environment.Api.GetAsync("/search/secrets?q=KEY"),
        await environment.Api.GetAsync("/audit?limit=1000"),
        await environment.Api.GetAsync($"/projects/{environment.ProjectId}/keys"),
        await environment.RevealAllAsync(null, "*"),
    ];

    private static async Task<List<Reply>> FailAsync(TestEnvironment environment)
    {
        var replies = new List<Reply>();
        foreach (var body in new[]
        {
            $$"""{"key":"KEY","value":"{{Canary}}","expectedVersion":99}""",
            $$"""{"key":"KEY","value":"{{Canary}}","nope":"{{Canary}}"}""",
            $$"""{"key":"KEY","value":"{{Canary}}","value":"{{Canary}}"}""",
            $$"""{"key":"KEY","value":["{{Canary}}"]}""",
            $$"""{"key":"{{Canary}}","value":"{{Canary}}"}""",
            $$"""{"key":"KEY","value":"{{Canary}}\u0000"}""",
            $$"""{"key":"KEY","value":"{{Canary}}\ud800"}""",
            $$"""{"key":"KEY","value":"{{Canary}}""",
            $$"""{"key":"KEY","value":"{{Canary}}{{new string('x', 65_536)}}"}""",
            $$"""{"key":"KEY","value":"{{Canary}}" "{{Canary}}"}""",
            $$"""{"key":"KEY","value":{{Canary}}}""",
            $$"""{"value":"{{Canary}}"}""",
            $$"""["{{Canary}}"]""",
            $$"""{"key":"KEY","value":"{{Canary}}","expectedVersion":"{{Canary}}"}""",
            $$"""{"key":"KEY","value":"{{Canary}}","comment":1}""",
        })
        {
            replies.Add(await environment.Api.PutAsync(environment.SecretsPath, body));
            replies.Add(await environment.Api.PostAsync(environment.SecretsPath + "/batch", $$"""{"secrets":[{{body}}]}"""));
            replies.Add(await environment.Api.PutAsync("/environments/env_x/secrets", body));
            replies.Add(await environment.Api.PostAsync("/reveal", body));
            replies.Add(await environment.Server.With("garbage").PutAsync(environment.SecretsPath, body));
        }

        Assert.All(replies, reply => Assert.InRange(reply.Status, 400, 499));
        return replies;
    }

    private static IEnumerable<byte[]> Encodings()
    {
        var bytes = Encoding.UTF8.GetBytes(Canary);
        yield return bytes;
        yield return Encoding.Unicode.GetBytes(Canary);
        yield return Encoding.ASCII.GetBytes(Convert.ToHexString(bytes));
        yield return Encoding.ASCII.GetBytes(Convert.ToHexStringLower(bytes));
        // Base64 depends on the position of the value among other bytes, modulo three.
        for (var skipped = 0; skipped < 3; skipped++)
        {
            yield return Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes.AsSpan(skipped, bytes.Length - 3).ToArray()).TrimEnd('=')[..24]);
        }
    }
}
