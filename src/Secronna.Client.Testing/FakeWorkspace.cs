using System.Security.Cryptography;
using Secronna.Protocol;

namespace Secronna.Client.Testing;

/// <summary>All that a fake holds: one workspace, its clock and its trail. Only one request at a time may use it.</summary>
internal sealed class FakeWorkspace(TimeProvider time)
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int TokenLength = 60;

    private DateTimeOffset lastId = DateTimeOffset.MinValue;

    public string Id { get; } = "acc_" + RandomNumberGenerator.GetString(Alphabet, 12);

    /// <summary>Of cursors and revisions, which nobody else can make.</summary>
    public byte[] Key { get; } = RandomNumberGenerator.GetBytes(32);

    public Instant Now => Instant.From(time.GetUtcNow());

    public List<FakeProject> Projects { get; } = [];

    public List<FakeCredential> Credentials { get; } = [];

    /// <summary>The audit trail, oldest first.</summary>
    public List<AuditResponse> Trail { get; } = [];

    public FakeRepeats Repeats { get; } = new();

    public IEnumerable<FakeEnvironment> Environments => Projects.SelectMany(project => project.Environments);

    /// <summary>A new id. No two share a millisecond, so that lists by id are in the order of creation.</summary>
    public string NewId(string prefix)
    {
        var now = time.GetUtcNow();
        lastId = now > lastId.AddMilliseconds(1) ? now : lastId.AddMilliseconds(1);
        return Ids.New(prefix, lastId);
    }

    /// <summary>The time of a change: later than any before it in the environment, and than any that its past was asked for.</summary>
    public Instant NextInstant(FakeEnvironment environment)
    {
        environment.SettledTo = Math.Max(Now.Microseconds, environment.SettledTo + 1);
        return new Instant(environment.SettledTo);
    }

    /// <summary>Has no later change take an instant of the past up to one.</summary>
    public void Settle(FakeEnvironment environment, Instant? at, string field = "at")
    {
        if (at is { Microseconds: var instant } && instant > environment.SettledTo)
        {
            environment.SettledTo = instant <= Now.Microseconds ? instant : throw FakeErrors.InFuture(field, Now);
        }
    }

    public FakeCredential AddCredential(string kind, string name)
    {
        var credential = new FakeCredential(
            kind, NewId(Ids.Credential), name, KeyTokens.StartOf(kind) + RandomNumberGenerator.GetString(Alphabet, TokenLength), Now);
        Credentials.Add(credential);
        return credential;
    }

    public FakeProject? FindProject(string id) => Projects.Find(project => project.Id == id);

    public FakeProject? FindProjectBySlug(string slug) => Projects.Find(project => project.Slug == slug);

    public FakeEnvironment? FindEnvironment(string id) => Environments.FirstOrDefault(environment => environment.Id == id);

    public FakeEnvironment? FindEnvironmentBySlug(string project, string slug) =>
        FindProjectBySlug(project)?.Environments.Find(environment => environment.Slug == slug);

    public FakeSecret? FindSecret(string id) => Environments
        .SelectMany(environment => environment.Secrets.Values).FirstOrDefault(secret => secret.Id == id);
}
