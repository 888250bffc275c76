using System.Text.Json;
using Secronna.Client.Testing.Errors;
using Secronna.Client.Testing.State;
using Secronna.Protocol;

namespace Secronna.Client.Testing.Http;

/// <summary>A request: its caller, its route, and what it asks for.</summary>
/// <param name="workspace">The fake's workspace.</param>
/// <param name="message">The HTTP request.</param>
/// <param name="body">The request's body, in full.</param>
/// <param name="id">The request's id.</param>
internal sealed class FakeRequest(FakeWorkspace workspace, HttpRequestMessage message, byte[] body, string id)
{
    private const string IdempotencyKeyHeader = "Idempotency-Key";

    private FakeRoute? route;
    private FakeCredential? caller;
    private FakeQuery? query;
    private FakeIdempotencyScope? idempotencyScope;
    private Dictionary<string, string> pathVariables = [];

    public FakeWorkspace Workspace => workspace;

    public string Id => id;

    public string Method => message.Method.Method;

    public string Path => message.RequestUri!.AbsolutePath;

    public string? UserAgent => message.Headers.UserAgent.ToString() is { Length: > 0 } text ? text : null;

    /// <summary>Why the caller makes the request, in its own words; <c>null</c> if it gives no reason.</summary>
    public string? Reason { get; private set; }

    /// <exception cref="FakeError">AUTH_REQUIRED: the route is public, so nobody was authenticated.</exception>
    public FakeCredential Caller => caller ?? throw FakeErrors.AuthRequired();

    public FakeQuery Query => query!;

    /// <summary>The page of a list: the position after which it starts (<c>null</c> for the first page), and its size.</summary>
    public (string? After, int Limit) Page { get; private set; }

    /// <summary>The path and filters of a list. A cursor is bound to them.</summary>
    public string ListIdentity => $"{Path}\n{Query.Filters}";

    /// <summary>Authenticates the caller, and checks everything that does not depend on the route's own work.</summary>
    public FakeRequest Accept(FakeRoute found, Dictionary<string, string> variables)
    {
        (route, pathVariables) = (found, variables);
        caller = found.IsPublic ? null : Authenticate();
        Reason = FakeReason.Read(message.Headers);
        idempotencyScope = ReadIdempotencyKey() is { } key ? new FakeIdempotencyScope(Caller.Id, $"{Method} {Path}", key) : null;
        query = new FakeQuery(message.RequestUri!, found.Query);
        if (found.Body == FakeBodyRule.None && body.Length > 0)
        {
            ReadBody(FakeRequestBodies.Empty);
        }

        if (found.MaximumPageSize > 0)
        {
            var cursor = query.Text("cursor");
            var limit = query.Int32("limit", found.MaximumPageSize)
                ?? (cursor is null ? found.DefaultPageSize : Math.Min(found.DefaultPageSize, found.MaximumPageSize));
            Page = (cursor is null ? null : FakePages.DecodeCursor(this, cursor), limit);
        }

        return this;
    }

    public string PathVariable(string name) => pathVariables[name];

    public T ReadBody<T>(Func<JsonElement, T> parse) => FakeRequestBody.Read(route!, message.Content, body, parse);

    /// <summary>Whether the request says that the caller already has a revision (RFC 9110, section 13.1.2).</summary>
    public bool HasRevision(string revision) =>
        message.Headers.IfNoneMatch.Any(tag => tag.Tag == "*" || tag.Tag == $"\"{revision}\"");

    /// <summary>
    /// The answer to the first request, if this request repeats it; <c>null</c> if this request is not a repeat.
    /// </summary>
    /// <exception cref="FakeError">CONFLICT: the first request under the same key had another body.</exception>
    public T? FindFirstAnswer<T>()
        where T : class => idempotencyScope is null ? null : workspace.Idempotency.Find<T>(idempotencyScope, body, workspace.Now);

    /// <summary>Keeps the answer for repeats, if the request carries an <c>Idempotency-Key</c>.</summary>
    public void RememberAnswer(object answer)
    {
        if (idempotencyScope is not null)
        {
            workspace.Idempotency.Remember(idempotencyScope, body, workspace.Now, answer);
        }
    }

    private FakeCredential Authenticate()
    {
        var found = message.Headers.Authorization is { Scheme: var scheme, Parameter: { } token }
            && scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)
                ? workspace.Credentials.Find(credential => credential.Token == token.Trim())
                : null;
        if (found is null || !found.IsValidAt(workspace.Now))
        {
            throw FakeErrors.AuthRequired();
        }

        found.LastUsedAt = new Instant(workspace.Now.Microseconds / TimeSpan.MicrosecondsPerMinute * TimeSpan.MicrosecondsPerMinute);
        return found;
    }

    private string? ReadIdempotencyKey()
    {
        if (!message.Headers.TryGetValues(IdempotencyKeyHeader, out var values))
        {
            return null;
        }

        var key = values.ToArray() is [{ Length: > 0 and <= Limits.IdempotencyKeyLength } given] && given.All(character => character is >= '!' and <= '~')
            ? given
            : throw FakeErrors.Invalid(
                IdempotencyKeyHeader, $"must be sent once, with 1 to {Limits.IdempotencyKeyLength} printable characters of ASCII and no space");
        return route!.IsIdempotent ? key : null;
    }
}
