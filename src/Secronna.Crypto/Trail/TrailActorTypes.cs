namespace Secronna.Crypto.Trail;

/// <summary>The numbers that entries store in place of actor types (docs/formats.md). They never change.</summary>
public static class TrailActorTypes
{
    /// <summary>The number of an actor type that entries store as text.</summary>
    public const int None = WordTable.None;

    internal static readonly WordTable Table = new(
        first: 1, ["user", "service_account", "api_key", "access_key", "workload", "operator", "system"]);

    /// <summary>All actor types that have a number, in the order of their numbers. The first one has number 1.</summary>
    public static IReadOnlyList<string> All => Table.Words;

    /// <summary>The number of an actor type, or <see cref="None"/>.</summary>
    public static int NumberOf(string actorType) => Table.NumberOf(actorType);
}
