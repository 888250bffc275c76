using Secronna.Protocol;
using Xunit;
using static Secronna.Tests.Contract.ContractCases;
using static Secronna.Tests.Contract.Operations;
using static Secronna.Tests.Contract.SecretOperations;

namespace Secronna.Tests.Contract;

/// <summary>What only plain HTTP can ask: the client and the command line do these things right by themselves.</summary>
internal static class HttpCases
{
    public static IReadOnlyDictionary<string, Func<HttpDriver, Task>> All { get; } = new Dictionary<string, Func<HttpDriver, Task>>
    {
        ["a repeat under one key has the first answer"] = RepeatCases.SameAsync,
        ["a key of repeats is of one caller, route and body"] = RepeatCases.OfAnotherAsync,
        ["only what mints versions takes a key of repeats"] = RepeatCases.OfNoneAsync,
        ["a revision is known in any of its forms"] = RevisionAsync,
        ["who has no credential is asked for one"] = AnonymousAsync,
        ["bodies are JSON"] = BodyAsync,
        ["a path says which methods it takes"] = MethodAsync,
        ["each list goes on over pages"] = PageCases.PagesAsync,
        ["a cursor is of its list"] = PageCases.CursorAsync,
    };

    private static async Task RevisionAsync(HttpDriver server)
    {
        var (_, environment) = await PlaceAsync(server);
        await server.DoAsync(Write(environment, "A", "one"));
        var revision = await server.TextAsync(RevealAll(environment), "revision");
        var bySlug = Fetch("web", "production") with { Shape = null };
        Assert.Equal(revision, await server.TextAsync(bySlug, "revision"));
        Assert.Equal(new Outcome(null, null), await server.TryAsync(bySlug with { KnownRevision = revision }));
        Assert.Equal(2, (await server.ListAsync(Audit("secret.reveal"))).Count);
        Assert.NotNull((await server.TryAsync(RevealAll(environment, "another"))).Data);
        // Who may not see it learns nothing by what it knows.
        var lister = server.As(await server.TextAsync(CreateAccessKey("ci", null, new Grant("web", ["list"])), "token"));
        await lister.FailsAsync("NOT_FOUND", RevealAll(environment, revision));
    }

    private static async Task AnonymousAsync(HttpDriver server)
    {
        var (_, environment) = await PlaceAsync(server);
        foreach (var operation in new[] { ListProjects(), CreateProject("X"), RevealAll(environment), Me(), GetEnvironment("env_none") })
        {
            await server.Anonymous.FailsAsync("AUTH_REQUIRED", operation);
            await server.As("nonsense").FailsAsync("AUTH_REQUIRED", operation);
        }

        await server.Anonymous.FailsAsync("NOT_FOUND", Raw("GET", "/nothing"));
        Same(await server.DoAsync(AuthConfig()), await server.Anonymous.DoAsync(AuthConfig()));
    }

    private static async Task BodyAsync(HttpDriver server)
    {
        var (_, environment) = await PlaceAsync(server);
        using var form = await server.AnswerAsync(Raw("POST", "/projects", "name=x") with { MediaType = "application/x-www-form-urlencoded" });
        Assert.Equal(415, (int)form.StatusCode);
        foreach (var body in new[] { "", "null", "\"x\"", "{", "{\"name\":\"x\"}{}", "{\"name\":null}", "{\"name\":\"a\\u0000\"}", "{\"name\":\"\\ud800\"}", "{name:1}" })
        {
            await server.FailsAsync("VALIDATION_ERROR", Raw("POST", "/projects", body));
        }

        var deep = string.Concat(Enumerable.Repeat("[", 20)) + string.Concat(Enumerable.Repeat("]", 20));
        await server.FailsAsync("VALIDATION_ERROR", Raw("POST", $"/environments/{environment}/secrets/batch", $"{{\"secrets\":{deep}}}"));
        await server.FailsAsync("PAYLOAD_TOO_LARGE", Raw("POST", "/projects", $"{{\"name\":\"{new string('x', 600_000)}\"}}"));
        // None, and an empty one, are both all of it.
        Same(
            await server.DoAsync(Raw("POST", $"/environments/{environment}/reveal")),
            await server.DoAsync(Raw("POST", $"/environments/{environment}/reveal", "{}")));
    }

    private static async Task MethodAsync(HttpDriver server)
    {
        foreach (var (path, methods) in new[] { ("/me", "GET"), ("/projects", "GET, POST"), ("/projects/proj_none", "DELETE, GET, PATCH"), ("/reveal", "POST") })
        {
            using var answer = await server.AnswerAsync(Raw("PUT", path, "{}"));
            Assert.Equal((405, methods), ((int)answer.StatusCode, string.Join(", ", answer.Content.Headers.Allow.Order(StringComparer.Ordinal))));
        }
    }
}
