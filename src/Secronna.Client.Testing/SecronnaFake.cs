using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Secronna.Client.Testing.Errors;
using Secronna.Client.Testing.Http;
using Secronna.Client.Testing.State;
using Secronna.Protocol;

namespace Secronna.Client.Testing;

/// <summary>
/// A Secronna server in memory, for tests only: it answers every route as a real server does. It keeps values and tokens
/// unencrypted, limits no rate, and keeps nothing beyond the process. Never put real secrets into it. It holds one workspace
/// with one API key. It is safe to use from several threads.
/// </summary>
/// <example>
/// <code>
/// using var fake = new SecronnaFake();
/// fake.Set("web/production/DATABASE_URL", "postgres://test");
/// using var secronna = fake.CreateClient();
/// </code>
/// </example>
public sealed class SecronnaFake : HttpMessageHandler
{
    private readonly Lock gate = new();
    private readonly FakeWorkspace workspace;
    private volatile bool isAvailable = true;

    /// <summary>Makes a workspace that holds nothing but one API key.</summary>
    /// <param name="timeProvider">
    /// The fake's clock; <c>null</c> means the system's clock. A clock that stands still is fine: changes of an environment
    /// within one microsecond get instants that are a microsecond apart.
    /// </param>
    public SecronnaFake(TimeProvider? timeProvider = null)
    {
        workspace = new FakeWorkspace(timeProvider ?? TimeProvider.System);
        Token = workspace.AddCredential(ActorTypes.ApiKey, "fake", ActorTypes.Operator).Token;
    }

    /// <summary>The address that its clients are given. Nothing is sent there.</summary>
    public static Uri Server { get; } = new("http://127.0.0.1");

    /// <summary>The token of the API key. The API key may do everything in the workspace.</summary>
    public string Token { get; }

    /// <summary>
    /// Whether the server is available. While it is not, every request fails with <see cref="ErrorCodes.Unavailable"/>.
    /// </summary>
    public bool IsAvailable
    {
        get => isAvailable;
        set => isAvailable = value;
    }

    /// <summary>Makes a client of this server. The client repeats no request.</summary>
    /// <param name="token">The token that the client sends; <c>null</c> means the API key's token.</param>
    public SecronnaClient CreateClient(string? token = null) => new(
        new HttpClient(this, disposeHandler: false),
        new SecronnaClientOptions { Server = Server, Token = token ?? Token, Retries = 0 });

    /// <summary>
    /// Writes a value with the API key, and first creates the project and the environment where they do not exist. It works
    /// while <see cref="IsAvailable"/> is <c>false</c> too.
    /// </summary>
    /// <param name="path">The project's slug, the environment's slug and the key: <c>web/production/DATABASE_URL</c>.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentException">The path is not two slugs and a key.</exception>
    /// <exception cref="SecronnaException">A real server would refuse the write: the key or the value breaks a rule.</exception>
    public void Set(string path, string value)
    {
        if (path.Split('/') is not [var project, var environment, var key] || !IsSlug(project) || !IsSlug(environment))
        {
            throw new ArgumentException("the path must be project/environment/KEY: two slugs and a key", nameof(path));
        }

        lock (gate)
        {
            var projectId = (workspace.FindProjectBySlug(project) ?? AddProject(project)).Id;
            var environmentId = (workspace.FindEnvironmentBySlug(project, environment) ?? AddEnvironment(projectId, project, environment)).Id;
            SendAsApiKey(HttpMethod.Put, $"/environments/{environmentId}/secrets", new WriteSecretRequest(key, value, null, null),
                FakeJson.Default.WriteSecretRequest);
        }
    }

    /// <summary>Shows nothing of what the server holds.</summary>
    public override string ToString() => nameof(SecronnaFake);

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is { } content
            ? await content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false)
            : [];
        cancellationToken.ThrowIfCancellationRequested();
        lock (gate)
        {
            var id = workspace.NewId(Ids.Request);
            var answer = IsAvailable
                ? FakeRouter.Answer(new FakeRequest(workspace, request, body, id))
                : FakeAnswer.Refused(FakeErrors.Unavailable());
            return FakeEnvelope.Respond(answer, request, id, workspace.Now);
        }
    }

    private static bool IsSlug(string text) => text.Length > 0 && Names.Slug(text) == text;

    private FakeProject AddProject(string slug)
    {
        SendAsApiKey(HttpMethod.Post, "/projects", new NameRequest(slug), FakeJson.Default.NameRequest);
        return workspace.FindProjectBySlug(slug)!;
    }

    private FakeEnvironment AddEnvironment(string projectId, string project, string slug)
    {
        SendAsApiKey(HttpMethod.Post, $"/projects/{projectId}/environments", new NameRequest(slug), FakeJson.Default.NameRequest);
        return workspace.FindEnvironmentBySlug(project, slug)!;
    }

    // Goes through the router, so that the write is checked and audited like any other.
    private void SendAsApiKey<T>(HttpMethod method, string path, T body, JsonTypeInfo<T> json)
    {
        using var message = new HttpRequestMessage(method, new Uri(Server, "/api/v1" + path));
        message.Headers.Authorization = new("Bearer", Token);
        message.Content = new ByteArrayContent([]);
        message.Content.Headers.ContentType = new("application/json");
        var id = workspace.NewId(Ids.Request);
        var request = new FakeRequest(workspace, message, JsonSerializer.SerializeToUtf8Bytes(body, json), id);
        if (FakeRouter.Answer(request).Error is { } refused)
        {
            throw new SecronnaException(refused.Message, refused.Code, (int)refused.Status, id);
        }
    }
}
