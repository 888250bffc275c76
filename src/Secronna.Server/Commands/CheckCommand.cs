using System.CommandLine;
using System.Text.Json;
using Secronna.Server.Hosting.Checking;

namespace Secronna.Server.Commands;

/// <summary><c>check</c>: says which settings are dangerous or can't work. It starts nothing and changes nothing.</summary>
internal static class CheckCommand
{
    private const int DangerCode = 1;

    public static Command Create()
    {
        var urls = ServeCommand.Urls();
        var json = new Option<bool>("--json") { Description = "Print one JSON object per line" };
        var command = new Command("check", "Say which settings are dangerous or can't work, without starting anything") { urls, json };
        command.SetAction((parsed, _) => RunAsync(parsed.GetValue(urls), parsed.GetValue(json)));
        return command;
    }

    private static async Task<int> RunAsync(string? urls, bool json)
    {
        var findings = SettingsCheck.Find(await FactFinding.FindAsync(urls, TimeProvider.System));
        foreach (var finding in findings)
        {
            Console.WriteLine(json
                ? JsonSerializer.Serialize(
                    new FindingLine(finding.SeverityName, finding.What, finding.Why, finding.Do), CommandJson.Default.FindingLine)
                : finding.ToString());
        }

        if (findings.Count == 0 && !json)
        {
            Console.WriteLine("no problems found");
        }

        return findings.Any(finding => finding.Severity == Severity.Danger) ? DangerCode : 0;
    }
}
