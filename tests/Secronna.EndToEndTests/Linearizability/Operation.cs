namespace Secronna.EndToEndTests.Linearizability;

/// <summary>A client's request for a key, its answer, and its effect on the key's state.</summary>
internal abstract record Operation
{
    /// <summary>The time just before the request was sent, in ticks of the monotonic clock that all clients share.</summary>
    public required long Invoked { get; init; }

    /// <summary>
    /// The time just after the answer came; <c>null</c> if none came. Then the operation may have happened at any later time, or never.
    /// </summary>
    public required long? Answered { get; init; }

    /// <summary>Returns the state after the operation; <c>null</c> if its answer is impossible in the given state.</summary>
    public abstract KeyState? Apply(KeyState state);
}

/// <summary>A write. No two writes of a history have the same value.</summary>
internal sealed record Put(string Value, int? Expected = null) : Operation
{
    /// <summary>The acknowledged id and version; <c>null</c> for a conflict, or if no answer came.</summary>
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

/// <summary>A reveal of the current version: of the secret with this id, or of the secret at the key's path.</summary>
internal sealed record Reveal(string? Id = null) : Operation
{
    /// <summary>The revealed version and value; <c>null</c> if the answer was "not found".</summary>
    public (int Version, string Value)? Given { get; init; }

    public override KeyState? Apply(KeyState state)
    {
        var isThere = !state.IsAbsent && (Id is null || Id == state.Id);
        var isRight = Given is var (version, value) ? isThere && (version, value) == (state.Version, state.Value) : !isThere;
        return isRight ? state : null;
    }
}

/// <summary>A deletion of the secret with this id, which the client knows from an earlier answer.</summary>
internal sealed record Delete(string Id) : Operation
{
    /// <summary>Whether the answer was that the secret is deleted; otherwise the answer was "not found".</summary>
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
