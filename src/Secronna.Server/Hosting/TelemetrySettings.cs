using System.Globalization;
using Secronna.Server.MasterKeys;

namespace Secronna.Server.Hosting;

/// <summary>
/// Checks the variables of OpenTelemetry. Its library takes no notice of values that it can't use, and then exports nothing,
/// without a word. Messages name the variable and repeat nothing of it, because URLs and headers hold credentials.
/// </summary>
internal static class TelemetrySettings
{
    private const string Prefix = "OTEL_EXPORTER_OTLP_";

    // A variable for metrics or traces alone has the signal's name after the prefix.
    private static readonly string[] Signals = ["", "METRICS_", "TRACES_"];

    /// <summary>Whether metrics are exported.</summary>
    public static bool ExportsMetrics(IConfiguration configuration) => HasEndpoint(configuration, "METRICS_");

    /// <summary>Whether traces are exported.</summary>
    public static bool ExportsTraces(IConfiguration configuration) => HasEndpoint(configuration, "TRACES_");

    /// <summary>Requires every variable that is set to be one that the library can use.</summary>
    /// <exception cref="SettingsException">A variable can't be used. The message names the first.</exception>
    public static void Require(IConfiguration configuration)
    {
        if (Problems(configuration).FirstOrDefault() is { } problem)
        {
            throw new SettingsException(problem);
        }
    }

    /// <summary>What is wrong with the variables that are set, each with its name.</summary>
    public static IEnumerable<string> Problems(IConfiguration configuration) =>
        from signal in Signals
        from problem in Problems(configuration, Prefix + signal)
        select problem;

    private static IEnumerable<string> Problems(IConfiguration configuration, string prefix)
    {
        if (Value(configuration, prefix + "ENDPOINT") is { } endpoint && !IsUrl(endpoint))
        {
            yield return $"{prefix}ENDPOINT must be a URL that begins with http:// or https:// and holds no user, such as http://127.0.0.1:4317";
        }

        if (Value(configuration, prefix + "PROTOCOL") is { } protocol && protocol is not ("grpc" or "http/protobuf"))
        {
            yield return $"{prefix}PROTOCOL must be grpc or http/protobuf";
        }

        if (Value(configuration, prefix + "TIMEOUT") is { } timeout && !int.TryParse(timeout, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            yield return $"{prefix}TIMEOUT must be a whole number of milliseconds";
        }

        if (Value(configuration, prefix + "HEADERS") is { } headers && !headers.Split(',').All(IsHeader))
        {
            yield return $"{prefix}HEADERS must be NAME=VALUE, with a comma before each further header";
        }
    }

    private static bool HasEndpoint(IConfiguration configuration, string signal) =>
        Value(configuration, Prefix + "ENDPOINT") is not null || Value(configuration, Prefix + signal + "ENDPOINT") is not null;

    private static string? Value(IConfiguration configuration, string name) =>
        configuration[name] is { } value && !string.IsNullOrWhiteSpace(value) ? value : null;

    private static bool IsUrl(string text) => !text.Any(char.IsControl) && Uri.TryCreate(text, UriKind.Absolute, out var url)
        && url.Scheme is "http" or "https" && url.UserInfo.Length == 0;

    // The name is a token of RFC 9110, section 5.6.2. The value is percent-encoded.
    private static bool IsHeader(string header)
    {
        var end = header.IndexOf('=', StringComparison.Ordinal);
        return end > 0 && !header.Any(char.IsControl)
            && header[..end].Trim().All(character => char.IsAsciiLetterOrDigit(character) || "!#$%&'*+-.^_`|~".Contains(character, StringComparison.Ordinal));
    }
}
