using System.CommandLine;
using Secronna.Cli.Help;

namespace Secronna.Cli.Commands.Get;

/// <summary><c>get project/env/KEY</c>: prints the value and nothing else.</summary>
internal static class GetCommand
{
    public static Command Create()
    {
        var path = new Argument<string>("PATH") { Description = "The secret: project/environment/KEY" };
        var version = SecretReveal.VersionOption();
        return new Command("get", "Print the value of a secret and nothing else; the trail records it") { path, version }
            .WithExample("secronna get web/production/DATABASE_URL")
            .WithAction(invocation => SecretReveal.PrintAsync(invocation, invocation.Get(path), invocation.Get(version)));
    }
}
