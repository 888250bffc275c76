using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Secronna.EndToEndTests.Fairness;

/// <summary>
/// The attacker's program. It runs at the lowest priority: in life the attacker has a machine of its own, and only what the server
/// does for it costs the victim anything.
/// </summary>
internal static class AttackProcess
{
    private static string ProgramPath => Path.Combine(AppContext.BaseDirectory, "secronna-attacks");

    /// <summary>Attacks while something else runs.</summary>
    /// <returns>How often the attacker got which answer.</returns>
    public static async Task<string> RunAsync(string attack, JsonObject target, Func<Task> meanwhile)
    {
        using var process = Process.Start(new ProcessStartInfo("nice", ["-n", "19", ProgramPath, attack])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        try
        {
            await process.StandardInput.WriteLineAsync(target.ToJsonString());
            await process.StandardInput.FlushAsync();
            Assert.Equal("attacking", await process.StandardOutput.ReadLineAsync().WaitAsync(Until.Patience));
            await meanwhile();
            process.StandardInput.Close();
            return await process.StandardOutput.ReadLineAsync().WaitAsync(Until.Patience) ?? "no answer";
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
