namespace Secronna.Attacks;

/// <summary>Attacks that make the server open, or nearly open, many values.</summary>
internal static class RevealAttacks
{
    private const int Parallel = 32;

    public static IReadOnlyList<Attack> All { get; } =
    [
        new("unchanged-reveals", "asks whether 16 MiB of values have changed, and never gets them", UnchangedAsync),
        new("bulk-reveals", "reveals 16 MiB of values, again and again", BulkAsync),
        new("wide-reveals", "reveals 5,000 small values, again and again", WideAsync),
        new("silent-readers", "reveals 16 MiB of values on 64 connections, and reads nothing of the answers", SilentAsync),
        new("single-reveals", "reveals single values as fast as it can", SingleAsync),
        new("past-reveals", "reveals an environment as it was", PastAsync),
    ];

    private static async Task UnchangedAsync(Attacker attacker)
    {
        using var client = Attacker.NewClient(attacker.Target.Url, Attacker.Address);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/environments/{attacker.Target.EnvironmentId}/reveal");
        request.Headers.Add("Authorization", "Bearer " + attacker.Target.RevealToken);
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, attacker.End);
        var tag = answer.Headers.ETag?.ToString() ?? "\"none\"";
        await attacker.RepeatAsync(Parallel, _ => attacker.SendAsync(
            HttpMethod.Post, $"/environments/{attacker.Target.EnvironmentId}/reveal", attacker.Target.RevealToken, null,
            ("If-None-Match", tag)));
    }

    private static Task BulkAsync(Attacker attacker) =>
        attacker.RepeatAsync(Parallel, _ => attacker.SendAsync(
            HttpMethod.Post, $"/environments/{attacker.Target.EnvironmentId}/reveal", attacker.Target.RevealToken, null));

    private static Task WideAsync(Attacker attacker) =>
        attacker.RepeatAsync(Parallel, _ => attacker.SendAsync(
            HttpMethod.Post, $"/environments/{attacker.Target.WideEnvironmentId}/reveal", attacker.Target.RevealToken, null));

    private static Task SilentAsync(Attacker attacker) =>
        attacker.RepeatAsync(64, _ => attacker.AskAndHangUpAsync(
            "POST", $"/environments/{attacker.Target.EnvironmentId}/reveal", attacker.Target.RevealToken, TimeSpan.FromSeconds(1)));

    private static Task SingleAsync(Attacker attacker) =>
        attacker.RepeatAsync(Parallel, i => attacker.SendAsync(
            HttpMethod.Post, $"/secrets/{attacker.Target.SecretIds[i % attacker.Target.SecretIds.Count]}/reveal", attacker.Target.RevealToken,
            null));

    private static Task PastAsync(Attacker attacker) =>
        attacker.RepeatAsync(Parallel, _ => attacker.SendAsync(
            HttpMethod.Post, $"/environments/{attacker.Target.DeletedEnvironmentId}/reveal", attacker.Target.RevealToken,
            $$"""{"at":"{{attacker.Target.Before}}"}"""));
}
