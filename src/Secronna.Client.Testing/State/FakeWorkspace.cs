using System.Security.Cryptography;
using Secronna.Protocol;

namespace Secronna.Client.Testing.State;

/// <summary>
/// Everything that a fake holds: one workspace, its clock and its audit trail. Callers must not use it concurrently.
/// </summary>
internal sealed class FakeWorkspace(TimeProvider time)
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int TokenLength = 60;

    private DateTimeOffset lastIdTime = DateTimeOffset.MinValue;

    public string Id { get; } = "acc_" + RandomNumberGenerator.GetString(Alphabet, 12);

    /// <summary>The key of the HMACs that authenticate cursors and make revisions.</summary>
    public byte[] MacKey { get; } = RandomNumberGenerator.GetBytes(32);

    public Instant Now => Instant.From(time.GetUtcNow());

    public List<FakeProject> Projects { get; } = [];

    public List<FakeCredential> Credentials { get; } = [];

    /// <summary>The audit trail, oldest entry first.</summary>
    public List<AuditResponse> Trail { get; } = [];

    public FakeIdempotency Idempotency { get; } = new();

    public IEnumerable<FakeEnvironment> Environments => Projects.SelectMany(project => project.Environments);

    /// <summary>A new id. No two ids share a millisecond, so that sorting by id sorts by creation.</summary>
    public string NewId(string prefix)
    {
        var now = time.GetUtcNow();
        lastIdTime = now > lastIdTime.AddMilliseconds(1) ? now : lastIdTime.AddMilliseconds(1);
        return Ids.New(prefix, lastIdTime);
    }

    public FakeCredential AddCredential(string kind, string name, string createdBy)
    {
        var credential = new FakeCredential(
            kind, NewId(Ids.Credential), name, KeyTokens.StartOf(kind) + RandomNumberGenerator.GetString(Alphabet, TokenLength), Now, createdBy);
        Credentials.Add(credential);
        return credential;
    }

    /// <summary>The name of a key, revoked or not; <c>null</c> where no key has the id.</summary>
    public string? NameOfKey(string id) => Credentials.Find(credential => credential.Id == id)?.Name;

    public FakeProject? FindProject(string id) => Projects.Find(project => project.Id == id);

    public FakeProject? FindProjectBySlug(string slug) => Projects.Find(project => project.Slug == slug);

    public FakeEnvironment? FindEnvironment(string id) => Environments.FirstOrDefault(environment => environment.Id == id);

    public FakeEnvironment? FindEnvironmentBySlug(string project, string slug) =>
        FindProjectBySlug(project)?.Environments.Find(environment => environment.Slug == slug);

    public FakeSecret? FindSecret(string id) => Environments
        .SelectMany(environment => environment.Secrets.Values).FirstOrDefault(secret => secret.Id == id);
}
