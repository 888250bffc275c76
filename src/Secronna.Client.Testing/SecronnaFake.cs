using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Secronna.Protocol;

namespace Secronna.Client.Testing;

/// <summary>
/// For tests only: a Secronna in memory that answers as a server does. It keeps every value and token in the clear, encrypts
/// nothing, limits no rate, and forgets all with the process: never a place for real secrets. It holds one workspace with one
/// API key, and may be used from many threads.
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

    /// <summary>A workspace that is empty but for its API key.</summary>
    /// <param name="timeProvider">Its clock; null is the system's. It is not waited for: changes of an environment at one time get instants a microsecond apart.</param>
    public SecronnaFake(TimeProvider? timeProvider = null)
    {
        workspace = new FakeWorkspace(timeProvider ?? TimeProvider.System);
        Token = workspace.AddCredential(ActorTypes.ApiKey, "fake").Token;
    }

    /// <summary>Where its clients believe it to be. Nothing is sent there.</summary>
    public static Uri Server { get; } = new("http://127.0.0.1");

    /// <summary>The token of the API key, which may do everything.</summary>
    public string Token { get; }

    /// <summary>Whether it answers; where not, every request fails with <see cref="ErrorCodes.Unavailable"/>.</summary>
    public bool IsAvailable
    {
        get => isAvailable;
        set => isAvailable = value;
    }

    /// <summary>A client of it, which tries nothing again.</summary>
    /// <param name="token">Whose; null is the API key's.</param>
    public SecronnaClient CreateClient(string? token = null) => new(
        new HttpClient(this, disposeHandler: false),
        new SecronnaClientOptions { Server = Server, Token = token ?? Token, Retries = 0 });

    /// <summary>
    /// Writes a value as the API key's caller, also while it is not available; project and environment are made where they are
    /// not there.
    /// </summary>
    /// <param name="path">Slugs and key: <c>web/production/DATABASE_URL</c>.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentException">The path is not of slugs and a key.</exception>
    /// <exception cref="SecronnaException">What a server would answer to such a write.</exception>
    public void Set(string path, string value)
    {
        if (path.Split('/') is not [var project, var environment, var key] || !IsSlug(project) || !IsSlug(environment))
        {
            throw new ArgumentException("a path is project/environment/KEY, of slugs and a key", nameof(path));
        }

        lock (gate)
        {
            var projectId = (workspace.FindProjectBySlug(project) ?? AddProject(project)).Id;
            var environmentId = (workspace.FindEnvironmentBySlug(project, environment) ?? AddEnvironment(projectId, project, environment)).Id;
            Do(HttpMethod.Put, $"/environments/{environmentId}/secrets", new WriteSecretRequest(key, value, null, null),
                FakeJson.Default.WriteSecretRequest);
        }
    }

    /// <summary>Says nothing of what it holds.</summary>
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
            return answer.ToMessage(request, id, workspace.Now);
        }
    }

    private static bool IsSlug(string text) => text.Length > 0 && Names.Slug(text) == text;

    private FakeProject AddProject(string slug)
    {
        Do(HttpMethod.Post, "/projects", new NameRequest(slug), FakeJson.Default.NameRequest);
        return workspace.FindProjectBySlug(slug)!;
    }

    private FakeEnvironment AddEnvironment(string projectId, string project, string slug)
    {
        Do(HttpMethod.Post, $"/projects/{projectId}/environments", new NameRequest(slug), FakeJson.Default.NameRequest);
        return workspace.FindEnvironmentBySlug(project, slug)!;
    }

    // As a request, so that it is checked and recorded as one.
    private void Do<T>(HttpMethod method, string path, T body, JsonTypeInfo<T> json)
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
