package io.shardyfusion.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the pages on deployment and security refer to is there. */
class DeployGuideTest {

  private static final Path DOCS = Path.of(System.getProperty("shardyfusion.root"), "docs");
  private static final Path POLICIES = DOCS.resolve("deploy/iam");
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Pattern OPTION = Pattern.compile("--[a-z][a-z0-9-]+");
  private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");
  private static final Pattern BLOCK = Pattern.compile("```(\\w+)\n(.*?)```", Pattern.DOTALL);

  @ParameterizedTest
  @ValueSource(strings = {"deploy.md", "security.md"})
  void whatAPageLinksToIsThere(String page) throws IOException {
    List<String> links =
        Pattern.compile("\\]\\(([^):]+)\\)")
            .matcher(read(page))
            .results()
            .map(link -> link.group(1))
            .toList();

    assertThat(links).isNotEmpty();
    for (String link : links) {
      String[] parts = link.split("#", 2);
      Path target = parts[0].isEmpty() ? DOCS.resolve(page) : DOCS.resolve(parts[0]);
      assertThat(target).as(link).exists();
      if (parts.length == 2) {
        assertThat(anchors(target)).as(link).contains(parts[1]);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"deploy.md", "security.md"})
  void optionsThatAPageNamesAreOptions(String page) throws IOException {
    Set<String> known = options();
    String text = read(page);
    Stream<String> commands =
        blocks(text, "sh")
            .flatMap(block -> block.replace("\\\n", " ").lines())
            .filter(line -> line.contains("bin/shardy "));
    Stream<String> inline =
        CODE.matcher(BLOCK.matcher(text).replaceAll(""))
            .results()
            .map(code -> code.group(1))
            .filter(code -> !code.matches("(aws|gcloud|docker|bin/cloud-check) .*"));

    Set<String> named =
        Stream.concat(commands, inline)
            .flatMap(code -> OPTION.matcher(code).results().map(MatchResult::group))
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(named).isNotEmpty();
    assertThat(known).containsAll(named);
  }

  @Test
  void theJsonOfThePageIsJson() throws IOException {
    List<String> blocks = blocks(read("deploy.md"), "json").toList();

    assertThat(blocks).isNotEmpty();
    for (String block : blocks) {
      assertThat(JSON.readTree(block).get("Version").textValue()).isEqualTo("2012-10-17");
    }
  }

  /** What stands in the table of failures, but for what varies, stands in the code. */
  @Test
  void theMessagesOfTheGuideAreMessages() throws IOException {
    String text = read("deploy.md");
    String table = text.substring(text.indexOf("| the message says |"));
    List<String> messages =
        table
            .lines()
            .takeWhile(line -> line.startsWith("| ") || line.startsWith("|---"))
            .skip(2)
            .map(line -> line.split("\\|", -1)[1].strip())
            .toList();
    String code = code();

    assertThat(messages).hasSizeGreaterThan(15);
    for (String message : messages) {
      assertThat(message.split(" ?…'?,? ?|[0-9]+ s,? ?", -1)).as(message).allMatch(code::contains);
    }
  }

  /** All main sources, with text that is put together there in one piece. */
  private static String code() throws IOException {
    StringBuilder code = new StringBuilder();
    for (String module : List.of("core", "reader", "writer", "sink", "job")) {
      try (Stream<Path> files = Files.walk(DOCS.resolveSibling(module).resolve("src/main/java"))) {
        for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
          code.append(Files.readString(file).replaceAll("\"\\s*\\+\\s*\\(?\"", ""));
        }
      }
    }
    return code.toString();
  }

  /** Misspelled, a policy allows too little at best. */
  @Test
  void thePoliciesGrantWhatTheyNameOnTheDatasetOnly() throws IOException {
    List<Path> policies = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(POLICIES, "*.json")) {
      files.forEach(policies::add);
    }
    policies.remove(POLICIES.resolve("lifecycle.json"));
    assertThat(policies).hasSizeGreaterThanOrEqualTo(8);
    for (Path policy : policies) {
      for (JsonNode statement : JSON.readTree(policy.toFile()).get("Statement")) {
        assertThat(statement.get("Effect").textValue()).as("%s", policy).isIn("Allow", "Deny");
        if (statement.get("Effect").textValue().equals("Allow")) {
          assertThat(texts(statement.get("Action")))
              .as("%s", policy)
              .allMatch(action -> action.matches("(s3|kms):[A-Z][A-Za-z]+"));
          assertThat(texts(statement.get("Resource")))
              .as("%s", policy)
              .allMatch(
                  resource ->
                      resource.matches(
                          "arn:aws:s3:::BUCKET(/(PREFIX|CHECKPOINTS)/.+)?"
                              + "|arn:aws:kms:REGION:ACCOUNT:key/KEY-ID"));
        }
      }
    }
  }

  @Test
  void aWriterCannotDeleteADatasetAndAReaderCanOnlyRead() throws IOException {
    assertThat(granted("reader.json")).containsExactly("s3:GetObject", "s3:ListBucket");
    JsonNode writer = JSON.readTree(POLICIES.resolve("writer.json").toFile());
    for (JsonNode statement : writer.get("Statement")) {
      if (texts(statement.get("Action")).contains("s3:DeleteObject")) {
        assertThat(texts(statement.get("Resource")))
            .containsExactly("arn:aws:s3:::BUCKET/PREFIX/.tmp/probe-*");
      }
    }
  }

  private static Set<String> granted(String policy) throws IOException {
    Set<String> actions = new TreeSet<>();
    for (JsonNode statement : JSON.readTree(POLICIES.resolve(policy).toFile()).get("Statement")) {
      actions.addAll(texts(statement.get("Action")));
    }
    return actions;
  }

  private static List<String> texts(JsonNode oneOrMany) {
    List<String> texts = new ArrayList<>();
    if (oneOrMany.isTextual()) {
      texts.add(oneOrMany.textValue());
    }
    oneOrMany.forEach(each -> texts.add(each.textValue()));
    return texts;
  }

  /** All options of the command line, as its help has them. */
  private static Set<String> options() {
    String top = Invocation.run("--help").succeeded().out();
    StringBuilder help = new StringBuilder(top);
    for (String command : List.of("run", "get", "scan", "verify", "health", "quickstart")) {
      if (Pattern.compile("(?m)^  " + command + "\\b").matcher(top).find()) {
        help.append(Invocation.run(command, "--help").succeeded().out());
      }
    }
    return OPTION
        .matcher(help)
        .results()
        .map(MatchResult::group)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Stream<String> blocks(String text, String language) {
    return BLOCK
        .matcher(text)
        .results()
        .filter(block -> block.group(1).equals(language))
        .map(block -> block.group(2));
  }

  /** As GitHub makes them of headings. */
  private static Set<String> anchors(Path page) throws IOException {
    try (Stream<String> lines = Files.lines(page)) {
      return lines
          .filter(line -> line.startsWith("#"))
          .map(line -> line.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT))
          .map(heading -> heading.replaceAll("[^a-z0-9 -]", "").replace(' ', '-'))
          .collect(Collectors.toSet());
    }
  }

  private static String read(String page) throws IOException {
    return Files.readString(DOCS.resolve(page));
  }
}
