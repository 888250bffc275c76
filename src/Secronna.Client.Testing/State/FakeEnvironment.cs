using Secronna.Client.Testing.Errors;
using Secronna.Protocol;

namespace Secronna.Client.Testing.State;

/// <summary>An environment. Its slug is made from its first name and stays.</summary>
internal sealed class FakeEnvironment(FakeProject project, string id, string name, Instant createdAt)
{
    private readonly Instant created = createdAt;
    private long settledMicroseconds;

    /// <summary>The instant of the last change: the environment has stood as it is since then.</summary>
    public Instant ChangedAt { get; private set; } = createdAt;

    public FakeProject Project => project;

    public string Id => id;

    public string Name { get; set; } = name;

    /// <summary>Whether every reveal of its values must give a reason.</summary>
    public bool RequiresReason { get; set; }

    public string Slug { get; } = Names.Slug(name);

    /// <summary>The secrets that exist, by key.</summary>
    public Dictionary<string, FakeSecret> Secrets { get; } = new(StringComparer.Ordinal);

    /// <summary>The secrets that exist or existed, in the order of their creation.</summary>
    public List<FakeSecret> SecretsIncludingDeleted { get; } = [];

    /// <summary>The secrets as they are (<c>null</c>) or as they stood at an instant, in the byte order of their keys.</summary>
    public IEnumerable<FakeSecretSnapshot> SnapshotAt(Instant? at) => (at is { } instant
            ? SecretsIncludingDeleted.Where(secret => secret.ExistedAt(instant))
                .Select(secret => new FakeSecretSnapshot(secret, secret.VersionAt(instant)))
            : Secrets.Values.Select(secret => new FakeSecretSnapshot(secret, secret.Current)))
        .OrderBy(snapshot => snapshot.Secret.Key, StringComparer.Ordinal);

    /// <summary>
    /// Gives a change its instant. The instant is later than every earlier change of the environment, and later than every
    /// instant at which the environment's past was read. So an instant names exactly one state.
    /// </summary>
    public Instant TakeInstant(Instant now)
    {
        settledMicroseconds = Math.Max(now.Microseconds, settledMicroseconds + 1);
        ChangedAt = new Instant(settledMicroseconds);
        return ChangedAt;
    }

    /// <summary>Makes every later change take an instant after this one. <c>null</c> changes nothing.</summary>
    /// <param name="at">The instant at which the past is about to be read.</param>
    /// <param name="now">The workspace's time.</param>
    /// <param name="field">The request's field that named the instant, for the error.</param>
    /// <exception cref="FakeError">VALIDATION_ERROR: the instant is in the future.</exception>
    public void SettleUpTo(Instant? at, Instant now, string field = "at")
    {
        if (at is { Microseconds: var instant } && instant > settledMicroseconds)
        {
            settledMicroseconds = instant <= now.Microseconds ? instant : throw FakeErrors.InFuture(field, now);
        }
    }

    public EnvironmentResponse ToResponse() => new(Id, Name, Slug, RequiresReason, created);
}
