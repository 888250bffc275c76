using Secronna.Server.Installation;
using Secronna.Storage;

namespace Secronna.Server.Commands;

/// <summary>What <c>dev</c> says to a newcomer: what runs where, and three things to try, ready to paste.</summary>
internal static class DevGreeting
{
    public static async Task PrintAsync(OpenInstallation installation, string folder, string url)
    {
        var environment = await installation.Database.ReadAsync(0, static (session, _) =>
            Storage.Environments.FindBySlugAsync(session, DevStart.WorkspaceId, "demo", "development"));
        var environmentPath = environment is null ? "" : $"environments/{environment.Id}/secrets";
        var relative = Path.GetRelativePath(Directory.GetCurrentDirectory(), folder);
        var shown = relative.StartsWith("..", StringComparison.Ordinal) ? folder : relative;
        Console.WriteLine($$"""

            Secronna is ready for trying out.

              API        {{url}}/api/v1   (its contract: {{url}}/openapi/v1.json)
              Data       {{folder}}
              Workspace  {{DevStart.WorkspaceId}}, with the project Demo, its environment development and a secret GREETING

            In another terminal, first:   . {{Quote(Path.Combine(shown, "dev.env"))}}

              1. Read a value back. That is the only way to one, and it leaves a record:

                 curl -s -X POST $SECRONNA_API_URL/api/v1/reveal -H "Authorization: Bearer $SECRONNA_TOKEN" -H 'Content-Type: application/json' -d '{"path":"demo/development/GREETING"}'

              2. Keep one of your own; again, and it is version 2:

                 curl -s -X PUT $SECRONNA_API_URL/api/v1/{{environmentPath}} -H "Authorization: Bearer $SECRONNA_TOKEN" -H 'Content-Type: application/json' -d '{"key":"DATABASE_URL","value":"postgres://app:s3cret@db/app"}'

              3. See who read and wrote what:

                 curl -s $SECRONNA_API_URL/api/v1/audit -H "Authorization: Bearer $SECRONNA_TOKEN"

            Ctrl+C stops it; started again it goes on with what is there. Not for real secrets: the master key lies beside the data.

            """);
    }

    private static string Quote(string path) =>
        path.All(character => char.IsAsciiLetterOrDigit(character) || "/._-".Contains(character, StringComparison.Ordinal)) ? path : $"'{path}'";
}
