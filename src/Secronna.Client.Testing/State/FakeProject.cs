using Secronna.Protocol;

namespace Secronna.Client.Testing.State;

/// <summary>A project. Its slug is made from its first name and stays.</summary>
internal sealed class FakeProject(string id, string name, Instant createdAt, string createdBy)
{
    public string Id => id;

    public string Name { get; set; } = name;

    public string Slug { get; } = Names.Slug(name);

    public List<FakeEnvironment> Environments { get; } = [];

    /// <summary>The project's KEKs, oldest first. The last one is active.</summary>
    public List<FakeKek> Keks { get; } = [];

    public ProjectResponse ToResponse() => new(Id, Name, Slug, createdAt, createdBy);
}

/// <summary>The record of a KEK. There is no key behind it: the fake wraps nothing.</summary>
internal sealed class FakeKek(string id, Instant createdAt)
{
    public string Id => id;

    public string State { get; set; } = KekStates.Active;

    /// <summary>How many data keys a real server would have wrapped with this KEK.</summary>
    public long Wraps { get; set; }

    public KekResponse ToResponse() => new(Id, State, "mk_fake", createdAt, Wraps, 0);
}
