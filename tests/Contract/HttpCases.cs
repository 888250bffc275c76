using Secronna.Protocol;
using Xunit;
using static Secronna.Tests.Contract.ContractCases;
using static Secronna.Tests.Contract.Operations;
using static Secronna.Tests.Contract.SecretOperations;

namespace Secronna.Tests.Contract;

/// <summary>Cases that only plain HTTP can express: the client and the command line never send such requests.</summary>
internal static class HttpCases
{
    public static IReadOnlyDictionary<string, Func<HttpDriver, Task>> All { get; } = new Dictionary<string, Func<HttpDriver, Task>>
    {
        ["a repeat under the same idempotency key gets the first answer"] = IdempotencyCases.SameAsync,
        ["an idempotency key is bound to its caller, route and body"] = IdempotencyCases.ScopeAsync,
        ["an idempotency key has no effect on other routes"] = IdempotencyCases.OtherRoutesAsync,
        ["a key is created once under an idempotency key"] = IdempotencyCases.CredentialsAsync,
        ["a revision is the same by id and by slug, and tells unauthorised callers nothing"] = RevisionAsync,
        ["a request without a valid credential is refused with AUTH_REQUIRED"] = AnonymousAsync,
        ["the reason of a request is kept in its entries, and a malformed one is refused"] = ReasonCases.GiveAsync,
        ["a body that is not the expected JSON is refused"] = BodyAsync,
        ["a refused method is answered with the methods that the path takes"] = MethodAsync,
        ["every list is the same read in small pages"] = PageCases.PagesAsync,
        ["a cursor is accepted only by the list that gave it"] = PageCases.CursorAsync,
    };

    private static async Task RevisionAsync(HttpDriver server)
    {
        var (_, environment) = await CreateWebProductionAsync(server);
        await server.DoAsync(Write(environment, "A", "one"));
        var revision = await server.TextAsync(RevealAll(environment), "revision");
        var bySlug = Fetch("web", "production") with { Shape = null };
        Assert.Equal(revision, await server.TextAsync(bySlug, "revision"));
        Assert.Equal(new Outcome(null, null), await server.TryAsync(bySlug with { KnownRevision = revision }));
        Assert.Equal(2, (await server.ListAsync(Audit("secret.reveal"))).Count);
        Assert.NotNull((await server.TryAsync(RevealAll(environment, "another"))).Data);
        // A caller that may not reveal learns nothing from knowing the revision.
        var lister = server.As(await server.TextAsync(CreateAccessKey("ci", null, new Grant("web", ["list"])), "token"));
        await lister.FailsAsync("FORBIDDEN", RevealAll(environment, revision));
    }

    private static async Task AnonymousAsync(HttpDriver server)
    {
        var (_, environment) = await CreateWebProductionAsync(server);
        foreach (var operation in new[] { ListProjects(), CreateProject("X"), RevealAll(environment), Me(), GetEnvironment("env_none") })
        {
            await server.Anonymous.FailsAsync("AUTH_REQUIRED", operation);
            await server.As("nonsense").FailsAsync("AUTH_REQUIRED", operation);
        }

        await server.Anonymous.FailsAsync("NOT_FOUND", Raw("GET", "/nothing"));
        AssertSameJson(await server.DoAsync(AuthConfig()), await server.Anonymous.DoAsync(AuthConfig()));
    }

    private static async Task BodyAsync(HttpDriver server)
    {
        var (_, environment) = await CreateWebProductionAsync(server);
        using var form = await server.AnswerAsync(Raw("POST", "/projects", "name=x") with { MediaType = "application/x-www-form-urlencoded" });
        Assert.Equal(415, (int)form.StatusCode);
        foreach (var body in new[] { "", "null", "\"x\"", "{", "{\"name\":\"x\"}{}", "{\"name\":null}", "{\"name\":\"a\\u0000\"}", "{\"name\":\"\\ud800\"}", "{name:1}" })
        {
            await server.FailsAsync("VALIDATION_ERROR", Raw("POST", "/projects", body));
        }

        var deep = string.Concat(Enumerable.Repeat("[", 20)) + string.Concat(Enumerable.Repeat("]", 20));
        await server.FailsAsync("VALIDATION_ERROR", Raw("POST", $"/environments/{environment}/secrets/batch", $"{{\"secrets\":{deep}}}"));
        await server.FailsAsync("PAYLOAD_TOO_LARGE", Raw("POST", "/projects", $"{{\"name\":\"{new string('x', 600_000)}\"}}"));
        // No body and an empty object both select all secrets.
        AssertSameJson(
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
