namespace Secronna.Attacks;

/// <summary>Attacks that make the database read much and give little.</summary>
internal static class ListAttacks
{
    public static IReadOnlyList<Attack> All { get; } =
    [
        new("deleted-history", "asks for the history of many deleted secrets with a key that may list none of them, and hangs up", HistoryAsync),
        new("deep-search", "searches for what is nowhere, with patterns that fit no index", SearchAsync),
        new("past-lists", "lists an environment as it was, at ever other instants", PastListsAsync),
        new("cursors", "walks every list row by row, and sends cursors that it made up", CursorsAsync),
        new("compares", "compares an environment with the past of another one", ComparesAsync),
        new("self-compares", "compares an environment with itself, which opens nothing and records every key", SelfComparesAsync),
        new("audit-filters", "filters the record for what is not there", AuditAsync),
    ];

    private static Task HistoryAsync(Attacker attacker) =>
        attacker.RepeatAsync(32, _ => attacker.AskAndHangUpAsync(
            "GET", $"/environments/{attacker.Target.DeletedEnvironmentId}/history?limit=500", attacker.Target.ListToken,
            TimeSpan.FromMilliseconds(10)));

    private static Task SearchAsync(Attacker attacker) =>
        attacker.RepeatAsync(32, i => attacker.SendAsync(
            HttpMethod.Get, $"/search/secrets?q=nowhere{i}", i % 2 == 0 ? attacker.Target.AdminToken : attacker.Target.ListToken, null));

    /// <summary>Lists many deleted secrets as they were.</summary>
    public static Task PastListAsync(Attacker attacker, string token) => attacker.SendAsync(
        HttpMethod.Get, $"/environments/{attacker.Target.DeletedEnvironmentId}/secrets?at={attacker.Target.Before}&limit=500", token, null);

    private static Task PastListsAsync(Attacker attacker) =>
        attacker.RepeatAsync(32, i => PastListAsync(attacker, i % 2 == 0 ? attacker.Target.AdminToken : attacker.Target.ListToken));

    private static Task CursorsAsync(Attacker attacker) =>
        attacker.RepeatAsync(32, i => attacker.SendAsync(
            HttpMethod.Get,
            i % 2 == 0
                ? $"/environments/{attacker.Target.EnvironmentId}/secrets?limit=1"
                : $"/environments/{attacker.Target.DeletedEnvironmentId}/history?cursor={Convert.ToHexString(BitConverter.GetBytes(i))}",
            attacker.Target.AdminToken, null));

    private static Task ComparesAsync(Attacker attacker) =>
        attacker.RepeatAsync(16, _ => attacker.SendAsync(
            HttpMethod.Post, $"/environments/{attacker.Target.EnvironmentId}/compare", attacker.Target.AdminToken,
            $$"""{"with":"{{attacker.Target.DeletedEnvironmentId}}","withAt":"{{attacker.Target.Before}}"}"""));

    private static Task SelfComparesAsync(Attacker attacker) =>
        attacker.RepeatAsync(16, _ => attacker.SendAsync(
            HttpMethod.Post, $"/environments/{attacker.Target.EnvironmentId}/compare", attacker.Target.AdminToken,
            $$"""{"with":"{{attacker.Target.EnvironmentId}}"}"""));

    private static Task AuditAsync(Attacker attacker) =>
        attacker.RepeatAsync(16, i => attacker.SendAsync(
            HttpMethod.Get, $"/audit?limit=1000&action=project.delete&outcome=failed&actorId=nobody{i}", attacker.Target.AdminToken, null));
}
