using Secronna.Cli.Errors;
using Secronna.Cli.Formats;
using Secronna.Tests.Consumers;
using Xunit;

namespace Secronna.UnitTests.Cli.Formats;

/// <summary>Exports are read back exactly by the programs that they are for, or are an error that names the key and not the value.</summary>
public sealed class ExportFormatTests
{
    private static readonly string Longest = new('x', 65_536);

    [Theory]
    [InlineData("json")]
    [InlineData("yaml")]
    public void JSON_and_YAML_hold_every_value(string format)
    {
        List<(string, string)> secrets = [.. HardValues.All.Append(Longest).Select((value, i) => ($"KEY{i}", value)), ("null", ""), ("__proto__", "a"), ("y", "b")];
        var text = ExportFormats.Write(format, secrets);
        Assert.Equal(secrets, format == "json" ? NodeReader.Read("json", [text])[0] : YamlReader.Read(text));
        Assert.DoesNotMatch("[^\n -~]", text);
    }

    [Theory]
    [InlineData("json")]
    [InlineData("yaml")]
    public void An_environment_without_secrets_is_an_empty_mapping(string format) => Assert.Equal("{}\n", ExportFormats.Write(format, []));

    [Fact]
    public void The_docker_format_holds_every_value_without_a_line_break()
    {
        var secrets = HardValues.All.Where(value => !value.Contains('\n')).Select((value, i) => ($"KEY{i}", value)).ToList();
        Assert.True(secrets.Count > 100);
        Assert.Equal(secrets, DockerEnvFile.Read(System.Text.Encoding.UTF8.GetBytes(ExportFormats.Write("docker", secrets))));
    }

    [Theory]
    [InlineData("two\ncanary", "line break")]
    [InlineData("canary\r\n", "line break")]
    [InlineData("canary\0", "U+0000")]
    public void A_value_that_docker_can_not_hold_is_an_error_that_names_the_key(string value, string reason)
    {
        var error = Assert.Throws<CliException>(() => Write("docker", value));
        Assert.Contains("KEY", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x", 65_531, "")]
    [InlineData("é", 32_765, "x")]
    [InlineData("x", 65_529, "\r")]
    public void The_docker_format_holds_lines_up_to_the_limit_of_docker_and_no_longer(string character, int count, string end)
    {
        var longest = string.Concat(Enumerable.Repeat(character, count)) + end;
        (string, string)[] secrets = [("KEY", longest), ("LAST", "1")];
        Assert.Equal(secrets, DockerEnvFile.Read(System.Text.Encoding.UTF8.GetBytes(ExportFormats.Write("docker", secrets))));
        Assert.Contains("KEY makes a line longer than 65535 bytes", Assert.Throws<CliException>(() => Write("docker", "x" + longest)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\uFEFF A=1\n\u0085\u2003B= 2 \r\n  # no\n\nNOT_HERE\nC==\r\r\n", "A=1|B= 2 |C==\r")]
    [InlineData("A='1'\n\uFEFFB=2", "A='1'|\uFEFFB=2")]
    public void The_test_reader_of_docker_files_reads_as_docker_does(string text, string expected) => Assert.Equal(
        expected, string.Join('|', DockerEnvFile.Read(System.Text.Encoding.UTF8.GetBytes(text)).Select(variable => $"{variable.Key}={variable.Value}")));

    [Theory]
    [InlineData("A B=1")]
    [InlineData("=1")]
    public void The_test_reader_of_docker_files_refuses_what_docker_refuses(string text) =>
        Assert.Throws<FormatException>(() => DockerEnvFile.Read(System.Text.Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("dotenv", "A B")]
    [InlineData("dotenv", "")]
    [InlineData("dotenv", "A\nB")]
    [InlineData("dotenv", "__proto__")]
    [InlineData("docker", "A=B")]
    [InlineData("docker", "#A")]
    [InlineData("docker", "\uFEFFA")]
    [InlineData("docker", "A B")]
    [InlineData("docker", "")]
    public void A_key_that_would_mean_something_else_in_the_format_is_an_error(string format, string key) =>
        Assert.Throws<CliException>(() => ExportFormats.Write(format, [(key, "v")]));

    private static string Write(string format, string value) => ExportFormats.Write(format, [("KEY", value)]);
}
