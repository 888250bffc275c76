namespace Secronna.EndToEndTests.Linearizability;

/// <summary>A client's request on a key with its answer, and what it does to a key if it happens at one moment.</summary>
internal abstract record Operation
{
    /// <summary>Before it was sent, by the monotonic clock that all clients share.</summary>
    public required long Invoked { get; init; }

    /// <summary>After its answer came. Without an answer it may have happened at any time since, or never.</summary>
    public required long? Answered { get; init; }

    /// <summary>The key after it; null where its answer can't be given in this state.</summary>
    public abstract KeyState? Apply(KeyState state);
}

/// <summary>A write, in which every value is another.</summary>
internal sealed record Put(string Value, int? Expected = null) : Operation
{
    /// <summary>What was acknowledged; null for a conflict, or without an answer.</summary>
    public (string Id, int Version)? Written { get; init; }

    public override KeyState? Apply(KeyState state)
    {
        if (Expected is { } expected && expected != state.Version)
        {
            return Written is null ? state : null;
        }

        var next = new KeyState(state.Id, state.Version + 1, Value);
        return (Answered, Written) switch
        {
            (null, _) => next,
            (_, null) => null,
            (_, var (id, version)) => version == next.Version && (next.Id ?? id) == id ? next with { Id = id } : null,
        };
    }
}

/// <summary>A reveal of the current version; of this secret, or of whatever is at the key's path.</summary>
internal sealed record Reveal(string? Id = null) : Operation
{
    /// <summary>What was given; null for not found.</summary>
    public (int Version, string Value)? Given { get; init; }

    public override KeyState? Apply(KeyState state)
    {
        var isThere = !state.IsAbsent && (Id is null || Id == state.Id);
        var isRight = Given is var (version, value) ? isThere && (version, value) == (state.Version, state.Value) : !isThere;
        return isRight ? state : null;
    }
}

/// <summary>A deletion of this secret, whose id its client had from an answer.</summary>
internal sealed record Delete(string Id) : Operation
{
    /// <summary>Whether the answer was that it is deleted; else it was not found.</summary>
    public bool IsDone { get; init; }

    public override KeyState? Apply(KeyState state)
    {
        var isThere = !state.IsAbsent && Id == state.Id;
        if (Answered is not null && IsDone != isThere)
        {
            return null;
        }

        return isThere ? KeyState.Absent : state;
    }
}
