using Secronna.Cli.Commands.Run;
using Secronna.Cli.Errors;
using Xunit;

namespace Secronna.UnitTests.Cli.Commands.Run;

/// <summary>The environment variables of a program that <c>run</c> starts.</summary>
public sealed class ChildVariablesTests
{
    [Fact]
    public void Secrets_win_over_inherited_variables_and_the_others_stay()
    {
        Environment.SetEnvironmentVariable("INHERITED_BY_TESTS", "theirs");
        var variables = ChildVariables.Of([("INHERITED_BY_TESTS", "mine"), ("NEW", "")], inheritsNothing: false, []);
        Assert.Equal(("mine", "", Environment.GetEnvironmentVariable("PATH")), (variables["INHERITED_BY_TESTS"], variables["NEW"], variables["PATH"]));
        Assert.Equal(["NEW"], ChildVariables.Of([("NEW", "v")], inheritsNothing: true, []).Keys);
    }

    [Theory]
    [InlineData("PATH")]
    [InlineData("path")]
    [InlineData("LD_PRELOAD")]
    [InlineData("LD_LIBRARY_PATH")]
    [InlineData("LD_SOMETHING_NEW")]
    [InlineData("DYLD_INSERT_LIBRARIES")]
    [InlineData("BASH_ENV")]
    [InlineData("NODE_OPTIONS")]
    [InlineData("PYTHONPATH")]
    [InlineData("DOTNET_STARTUP_HOOKS")]
    [InlineData("CORECLR_PROFILER_PATH")]
    [InlineData("DOTNET_GCPath")]
    [InlineData("npm_config_script_shell")]
    [InlineData("GIT_CONFIG_PARAMETERS")]
    [InlineData("MAKEFLAGS")]
    [InlineData("LESSOPEN")]
    [InlineData("SECRONNA_API_URL")]
    [InlineData("HOME")]
    public void A_variable_that_changes_what_the_program_runs_is_refused_unless_it_is_allowed(string key)
    {
        var error = Assert.Throws<CliException>(() => ChildVariables.Of([(key, "canary")], true, []));
        Assert.Contains(key, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", error.Message, StringComparison.Ordinal);
        Assert.Throws<CliException>(() => ChildVariables.Of([(key, "canary")], true, ["OTHER"]));
        Assert.Equal("canary", ChildVariables.Of([(key, "canary")], true, [key])[key]);
    }

    [Theory]
    [InlineData("AWS_SECRET_ACCESS_KEY")]
    [InlineData("NPM_TOKEN")]
    [InlineData("GIT_TOKEN")]
    [InlineData("CARGO_REGISTRY_TOKEN")]
    [InlineData("TF_VAR_password")]
    [InlineData("HTTPS_PROXY")]
    [InlineData("DOTNET_ENVIRONMENT")]
    [InlineData("DATABASE_URL")]
    public void A_variable_that_people_keep_as_a_secret_is_not_refused(string key) => Assert.Equal("v", ChildVariables.Of([(key, "v")], true, [])[key]);

    [Fact]
    public void A_value_that_no_variable_can_hold_is_an_error_that_names_the_key()
    {
        var error = Assert.Throws<CliException>(() => ChildVariables.Of([("KEY", "can\0ary")], true, []));
        Assert.Contains("KEY", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("ary", error.Message, StringComparison.Ordinal);
    }
}
