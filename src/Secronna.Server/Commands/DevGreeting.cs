using Secronna.Server.Installation;
using Secronna.Storage.Tables;

namespace Secronna.Server.Commands;

/// <summary>What <c>dev</c> says to a newcomer: what runs where, and three things to try, ready to paste.</summary>
internal static class DevGreeting
{
    private const string Call = """curl -s -w '\n' -H "Authorization: Bearer $SECRONNA_TOKEN" -H 'Content-Type: application/json'""";

    public static async Task PrintAsync(OpenInstallation installation, string folder, string url)
    {
        var relative = Path.GetRelativePath(Directory.GetCurrentDirectory(), folder);
        var shown = relative.StartsWith("..", StringComparison.Ordinal) ? folder : relative;
        Console.WriteLine($"""

            Secronna is ready for trying out. Not for real secrets.

              API         {url}/api/v1   (its contract: {url}/openapi/v1.json)
              Data        {folder}
              Master key  {installation.Settings.MasterKey.File ?? installation.Settings.MasterKey.Provider}
              Workspace   {DevStart.WorkspaceId}

            In another terminal, first:   . {Quote(Path.Combine(shown, DevStart.EnvironmentFile))}

            {await ThingsToTryAsync(installation)}

            Ctrl+C stops it; started again it goes on with what is there.

            """);
    }

    private static async Task<string> ThingsToTryAsync(OpenInstallation installation)
    {
        var secret = await installation.Database.ReadAsync(session =>
            SecretTable.FindByPathAsync(session, DevStart.WorkspaceId, "demo", "development", "GREETING"));
        return secret is null
            ? $$"""
                  1. Make a project:

                     {{Call}} $SECRONNA_API_URL/api/v1/projects -d '{"name":"Web"}'

                  2. See who read and wrote what:

                     {{Call}} $SECRONNA_API_URL/api/v1/audit
                """
            : $$"""
                  1. Read a value back. That is the only way to one, and it leaves a record:

                     {{Call}} $SECRONNA_API_URL/api/v1/reveal -d '{"path":"{{secret.Path}}"}'

                  2. Keep one of your own; again, and it is version 2:

                     {{Call}} -X PUT $SECRONNA_API_URL/api/v1/environments/{{secret.EnvironmentId}}/secrets -d '{"key":"DATABASE_URL","value":"postgres://app:s3cret@db/app"}'

                  3. See who read and wrote what:

                     {{Call}} $SECRONNA_API_URL/api/v1/audit
                """;
    }

    private static string Quote(string path) =>
        path.All(character => char.IsAsciiLetterOrDigit(character) || "/._-".Contains(character, StringComparison.Ordinal)) ? path : $"'{path}'";
}
