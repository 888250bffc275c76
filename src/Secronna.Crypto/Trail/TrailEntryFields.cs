namespace Secronna.Crypto.Trail;

/// <summary>
/// What the followers that index the trail need of an encoded entry, read without allocating. Ids are the items that
/// <see cref="TrailId"/> describes; an absent one is empty. The spans are parts of the entry's bytes.
/// </summary>
public readonly ref struct TrailEntryFields
{
    /// <summary>The item of the entry's id.</summary>
    public ReadOnlySpan<byte> Id { get; private init; }

    /// <summary>The number of the actor's type (<see cref="TrailActorTypes"/>).</summary>
    public int ActorType { get; private init; }

    /// <summary>The item of the actor's id.</summary>
    public ReadOnlySpan<byte> ActorId { get; private init; }

    /// <summary>The number of the action (<see cref="TrailActions"/>).</summary>
    public int Action { get; private init; }

    /// <summary>The number of the outcome (<see cref="TrailOutcomes"/>).</summary>
    public int Outcome { get; private init; }

    /// <summary>The item of the request's id.</summary>
    public ReadOnlySpan<byte> RequestId { get; private init; }

    /// <summary>The item of the project's id.</summary>
    public ReadOnlySpan<byte> ProjectId { get; private init; }

    /// <summary>The item of the environment's id.</summary>
    public ReadOnlySpan<byte> EnvironmentId { get; private init; }

    /// <summary>The item of the secret's id.</summary>
    public ReadOnlySpan<byte> SecretId { get; private init; }

    /// <summary>The version's number.</summary>
    public int? Version { get; private init; }

    /// <summary>The 32 bytes of the box hash, or none.</summary>
    public ReadOnlySpan<byte> BoxHash { get; private init; }

    /// <summary>The item of the subject: a CBOR text string.</summary>
    public ReadOnlySpan<byte> Subject { get; private init; }

    /// <summary>
    /// Reads the fields of an entry. What follows them in the entry is not looked at, so the bytes must come from
    /// <see cref="TrailEntryFormat.Encode"/>, directly or by way of the trail.
    /// </summary>
    /// <exception cref="FormatException">The bytes are not the start of an entry.</exception>
    public static TrailEntryFields Read(ReadOnlySpan<byte> entry)
    {
        var map = new EntryMapReader(entry);

        // The compiler keeps the order of an initializer, which is that of the keys.
        return new TrailEntryFields
        {
            Id = map.Item(TrailEntryKey.Id),
            ActorType = map.WordNumber(TrailEntryKey.ActorType) ?? TrailActorTypes.None,
            ActorId = map.Item(TrailEntryKey.ActorId),
            Action = map.WordNumber(TrailEntryKey.Action) ?? TrailActions.None,
            Outcome = map.WordNumber(TrailEntryKey.Outcome) ?? TrailOutcomes.Success,
            RequestId = map.Item(TrailEntryKey.RequestId),
            ProjectId = map.Item(TrailEntryKey.ProjectId),
            EnvironmentId = map.Item(TrailEntryKey.EnvironmentId),
            SecretId = map.Item(TrailEntryKey.SecretId),
            Version = map.Number(TrailEntryKey.Version),
            BoxHash = map.RawHash(TrailEntryKey.BoxHash),
            Subject = map.Item(TrailEntryKey.Subject),
        };
    }
}
